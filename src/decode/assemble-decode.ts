import type { Combine } from '../combine/combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import type { Sequence } from '../models/causal-model.ts';
import { Member } from '../round/member.ts';
import { type MemberDescription, targetsOf } from '../round/member-description.ts';
import type { RoundRecorder } from '../round/round-recorder.ts';
import type { RoundSampler, SamplingPlan } from '../round/round-sampler.ts';
import type { SamplingParameters } from '../sample/sampling-parameters.ts';
import { createAcceptance } from '../verify/create-acceptance.ts';
import { collaborativeDraftLengths, speculativeDraftLengths } from './choose-draft-lengths.ts';
import type { Decode } from './decode-loop.ts';
import { type DraftLengthController, fixedDraftLengths } from './draft-length-controller.ts';
import { modelDrafter } from './drafters/model-drafter.ts';
import { ngramDrafter } from './drafters/ngram-drafter.ts';
import type { MethodPlan } from './method-plan.ts';
import { mixtureSchedule } from './schedules/mixture-schedule.ts';
import type { Schedule } from './schedules/schedule.ts';
import { sequentialSchedule } from './schedules/sequential-schedule.ts';
import { speculativeSchedule } from './schedules/speculative-schedule.ts';
import { verifyingSchedules } from './schedules/verifying-schedules.ts';

export interface DecodePlan
  extends Pick<
    Decode,
    | 'textStream'
    | 'maxTokens'
    | 'continues'
    | 'signal'
    | 'takeTurn'
    | 'readbacks'
    | 'takeCombineChange'
    | 'onPrefill'
    | 'recorder'
  > {
  readonly method: MethodPlan;
  readonly members: readonly MemberDescription[];
  /** The KV cache that each member writes with [members]; see Member. */
  readonly sequences: readonly Sequence[];
  /** Tokens that may be drawn: ids that every member scores. */
  readonly vocabSize: number;
  /** The request's own parameters, for combinations of raw logits. */
  readonly sampling: SamplingParameters;
  /** Tokens of r to list with each committed one, 0 to 20; undefined for none. */
  readonly logprobs?: number | undefined;
  readonly recorder: RoundRecorder;
  readonly createSampler: (plan: SamplingPlan) => RoundSampler;
}

/** How r is formed. With one target it is that target's own distribution, whatever drafts for it. */
export function combineOf(method: MethodPlan): Combine {
  return method.kind === 'collaborative' ? method.combine : weightedCombine([1]);
}

export interface AssembledDecode {
  readonly decode: Decode;
  /** True if its text may leave r. */
  readonly lossy: boolean;
  /** True if a run that is interrupted between two rounds, and goes on without what was pending, writes the same text. */
  readonly sameText: boolean;
}

/** Wires members, sampler, drafter and schedule of one decode. */
export function assembleDecode(plan: DecodePlan): AssembledDecode {
  const { method, recorder, textStream, maxTokens, continues } = plan;
  const { signal, takeTurn, readbacks, takeCombineChange, onPrefill } = plan;
  const acceptance = createAcceptance(method.kind === 'plain' ? { kind: 'exact' } : method.acceptance);
  const sampler = plan.createSampler({
    vocabSize: plan.vocabSize,
    firstPosition: plan.members[0].promptTokenIds.length,
    sampling: plan.sampling,
    members: plan.members,
    combine: combineOf(method),
    acceptance,
    ...(plan.logprobs !== undefined && { logprobs: plan.logprobs }),
    // What ends a text for one of those who write it ends it for all: behind it that one is lost.
    endTokenIds: new Set(targetsOf(plan.members).flatMap((target) => [...plan.members[target].endTokenIds])),
  });
  if (continues) sampler.continueFrom(continues.tokenIds);
  const members = plan.members.map(
    (description, index) => new Member(description, plan.sequences[index], sampler, recorder),
  );
  const maxUnread = textStream.hasStopStrings ? 1 : sampler.maxUnreadDraws;
  const { schedule, controller } = chooseSchedule(method, members, plan.members, sampler, maxUnread);
  const lossy = acceptance.deviation !== null && !isWithoutVerdicts(method);
  return {
    decode: {
      members,
      sampler,
      schedule,
      controller,
      recorder,
      textStream,
      maxTokens,
      continues,
      signal,
      takeTurn,
      readbacks,
      takeCombineChange,
      onPrefill,
    },
    lossy,
    sameText: isTextRepeatable(method, plan.sampling),
  };
}

/**
 * Random numbers are keyed by position and purpose, so only what depends on the rounds before, pending proposals and
 * adaptive draft lengths, can lead to another text.
 */
function isTextRepeatable(method: MethodPlan, { temperature }: SamplingParameters): boolean {
  if (temperature === 0 || isWithoutVerdicts(method)) return true;
  if (method.kind === 'plain' || method.acceptance.kind === 'coupled') return true;
  if (method.kind === 'speculative') return method.drafter.draftLength !== 'adaptive';
  return method.schedule !== 'alternate' && method.draftLengths[method.defaultProposer] !== 'adaptive';
}

/** Methods whose every token is drawn from r: no criterion is ever asked. */
function isWithoutVerdicts(method: MethodPlan): boolean {
  if (method.kind !== 'collaborative') return method.kind === 'plain';
  return method.schedule === 'sequential' || method.schedule === 'mixture';
}

type CollaborativePlan = Extract<MethodPlan, { kind: 'collaborative' }>;

/** The method with draft length 0 for members that never draft: all but the default proposer where roles are fixed. */
function withDrafting(method: CollaborativePlan): CollaborativePlan {
  if (method.schedule === 'alternate') return method;
  const draftLengths = method.draftLengths.map((length, member) =>
    member === method.defaultProposer ? length : 0,
  );
  return { ...method, draftLengths };
}

function chooseSchedule(
  method: MethodPlan,
  members: readonly Member[],
  descriptions: readonly MemberDescription[],
  sampler: RoundSampler,
  maxUnread: number,
): { schedule: Schedule; controller: DraftLengthController } {
  const costs = descriptions.map((description) => description.costs);
  if (method.kind === 'plain') {
    return { schedule: sequentialSchedule(members, maxUnread), controller: fixedDraftLengths([0]) };
  }
  if (method.kind === 'speculative') {
    const { drafter: options } = method;
    const [target, draftMember] = members;
    const drafter =
      options.kind === 'model'
        ? modelDrafter(draftMember)
        : ngramDrafter({ ...options, promptTokenIds: descriptions[0].promptTokenIds, sampler });
    const controller = speculativeDraftLengths(options, costs, maxUnread);
    return { schedule: speculativeSchedule(drafter, [target], controller, maxUnread), controller };
  }
  if (method.schedule === 'sequential' || method.schedule === 'mixture') {
    return {
      schedule:
        method.schedule === 'mixture'
          ? mixtureSchedule(members, sampler, maxUnread)
          : sequentialSchedule(members, maxUnread),
      controller: fixedDraftLengths(members.map(() => 0)),
    };
  }
  const { defaultProposer } = method;
  const controller = collaborativeDraftLengths(withDrafting(method), costs);
  const ensemble = { members, sampler, controller, defaultProposer };
  return { schedule: verifyingSchedules[method.schedule](ensemble), controller };
}
