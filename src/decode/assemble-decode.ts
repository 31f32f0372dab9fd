import type { Combine } from '../combine/combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import type { Sequence } from '../models/causal-model.ts';
import type { ForwardCosts } from '../models/forward-costs.ts';
import { Member } from '../round/member.ts';
import type { RoundRecorder } from '../round/round-recorder.ts';
import type { RoundSampler, SamplingPlan } from '../round/round-sampler.ts';
import type { LogitAdjustment } from '../sample/logit-adjustment.ts';
import type { SamplingParameters } from '../sample/sampling-parameters.ts';
import type { TokenId } from '../tokens/token-id.ts';
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

export interface MemberPlan {
  readonly modelId: string;
  /** Its cache may hold a prefix of the prompt; at least one prompt token must be left to feed. */
  readonly sequence: Sequence;
  /** The member's own prompt: all members continue with the same text. */
  readonly promptTokenIds: readonly TokenId[];
  readonly contextLength: number;
  /** t(k) measured at load. */
  readonly costs: ForwardCosts;
  /** What the member's own distribution is made with. */
  readonly sampling: SamplingParameters;
  /** What is done to the member's logits before; null or absent: nothing. */
  readonly adjustment?: LogitAdjustment | null;
  /** Tokens that end a text of this model. */
  readonly endTokenIds: ReadonlySet<TokenId>;
}

export interface DecodePlan
  extends Pick<
    Decode,
    | 'tokenizer'
    | 'textStream'
    | 'maxTokens'
    | 'signal'
    | 'takeTurn'
    | 'readbacks'
    | 'takeCombineChange'
    | 'onPrefill'
    | 'recorder'
  > {
  readonly method: MethodPlan;
  readonly members: readonly MemberPlan[];
  /** Tokens that may be drawn: ids that every member scores. */
  readonly vocabSize: number;
  /** The request's own parameters, for combinations of raw logits. */
  readonly sampling: SamplingParameters;
  /** Tokens of r to list with each committed one, 0 to 20; undefined for none. */
  readonly logprobs?: number | undefined;
  readonly recorder: RoundRecorder;
  readonly createSampler: (plan: SamplingPlan) => RoundSampler;
}

/** Whose rows form r, and how. With one target r is that target's own distribution, whatever drafts for it. */
export function targetsOf(
  method: MethodPlan,
  members: number,
): { readonly targets: readonly number[]; readonly combine: Combine } {
  if (method.kind !== 'collaborative') return { targets: [0], combine: weightedCombine([1]) };
  return { targets: Array.from({ length: members }, (_, index) => index), combine: method.combine };
}

/** Wires members, sampler, drafter and schedule of one decode. `lossy` tells whether its text may leave r. */
export function assembleDecode(plan: DecodePlan): { decode: Decode; lossy: boolean } {
  const { method, members, recorder, tokenizer, textStream, maxTokens } = plan;
  const { signal, takeTurn, readbacks, takeCombineChange, onPrefill } = plan;
  const { targets, combine } = targetsOf(method, members.length);
  const acceptance = createAcceptance(method.kind === 'plain' ? { kind: 'exact' } : method.acceptance);
  const sampler = plan.createSampler({
    vocabSize: plan.vocabSize,
    firstPosition: members[0].promptTokenIds.length,
    sampling: plan.sampling,
    memberSampling: members.map(({ sampling }) => sampling),
    memberAdjustments: members.map(({ adjustment }) => adjustment ?? null),
    targets,
    combine,
    acceptance,
    ...(plan.logprobs !== undefined && { logprobs: plan.logprobs }),
    // What ends a text for one of those who write it ends it for all: behind it that one is lost.
    endTokenIds: new Set(targets.flatMap((target) => [...members[target].endTokenIds])),
  });
  const participants = members.map(({ modelId, sequence, promptTokenIds, contextLength }, index) => ({
    member: new Member({
      index,
      modelId,
      promptLength: promptTokenIds.length,
      contextLength,
      sequence,
      sampler,
      recorder,
    }),
    promptTokenIds,
    isTarget: targets.includes(index),
  }));
  const { schedule, controller } = chooseSchedule(
    method,
    participants.map(({ member }) => member),
    members,
    sampler,
    textStream.hasStopStrings ? 1 : sampler.maxUnreadDraws,
  );
  const lossy = acceptance.deviation !== null && !isWithoutVerdicts(method);
  return {
    decode: {
      participants,
      sampler,
      schedule,
      controller,
      recorder,
      tokenizer,
      textStream,
      maxTokens,
      signal,
      takeTurn,
      readbacks,
      takeCombineChange,
      onPrefill,
    },
    lossy,
  };
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
  plans: readonly MemberPlan[],
  sampler: RoundSampler,
  maxUnread: number,
): { schedule: Schedule; controller: DraftLengthController } {
  const costs = plans.map((plan) => plan.costs);
  if (method.kind === 'plain') {
    return { schedule: sequentialSchedule(members, maxUnread), controller: fixedDraftLengths([0]) };
  }
  if (method.kind === 'speculative') {
    const { drafter: options } = method;
    const target = members[0];
    // A drafter that is no model takes the number behind the last member.
    const drafter =
      options.kind === 'model'
        ? modelDrafter(members[1])
        : ngramDrafter({
            ...options,
            proposer: members.length,
            promptTokenIds: plans[0].promptTokenIds,
            sampler,
          });
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
