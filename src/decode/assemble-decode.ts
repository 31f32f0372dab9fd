import { singleCombine } from '../combine/single-combine.ts';
import type { Drafter } from '../draft/drafter.ts';
import { modelDrafter } from '../draft/model-drafter.ts';
import { ngramDrafter } from '../draft/ngram-drafter.ts';
import type { Sequence } from '../models/causal-model.ts';
import { Member } from '../round/member.ts';
import type { RoundRecorder } from '../round/round-recorder.ts';
import type { RoundSampler, SamplingPlan } from '../round/round-sampler.ts';
import type { SamplingParameters } from '../sample/sampling-parameters.ts';
import type { TextStream } from '../tokens/text-stream.ts';
import type { TokenId } from '../tokens/token-id.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { exactAcceptance } from '../verify/exact-acceptance.ts';
import type { Decode } from './decode-loop.ts';
import { fixedDraftLengths } from './draft-length-controller.ts';
import { sequentialSchedule } from './sequential-schedule.ts';
import { speculativeSchedule } from './speculative-schedule.ts';

/** A method without the names of its models; its members stand beside it, the target first. */
export type MethodPlan =
  | { readonly kind: 'plain' }
  | {
      readonly kind: 'speculative';
      readonly drafter:
        | { readonly kind: 'model'; readonly draftLength: number }
        | {
            readonly kind: 'ngram';
            readonly draftLength: number;
            readonly longestMatch: number;
            readonly shortestMatch: number;
          };
    };

export interface MemberPlan {
  readonly modelId: string;
  /** Its cache may hold a prefix of the prompt; at least one prompt token must be left to feed. */
  readonly sequence: Sequence;
  readonly promptTokenIds: readonly TokenId[];
  readonly contextLength: number;
}

export interface DecodePlan
  extends Pick<
    Decode,
    | 'tokenizer'
    | 'textStream'
    | 'endTokenIds'
    | 'maxTokens'
    | 'signal'
    | 'takeTurn'
    | 'readbacks'
    | 'recorder'
  > {
  readonly method: MethodPlan;
  /** The target, then the drafting model where there is one. */
  readonly members: readonly MemberPlan[];
  readonly sampling: SamplingParameters;
  readonly tokenizer: Tokenizer;
  readonly textStream: TextStream;
  readonly recorder: RoundRecorder;
  readonly createSampler: (plan: SamplingPlan) => RoundSampler;
}

/** Wires members, sampler, drafter and schedule of one decode; `lossy` tells whether its acceptance is. */
export function assembleDecode(plan: DecodePlan): { decode: Decode; lossy: boolean } {
  const { method, members, recorder } = plan;
  const targetIndex = 0;
  const acceptance = exactAcceptance;
  const sampler = plan.createSampler({
    vocabSize: plan.tokenizer.vocabSize,
    firstPosition: members[0].promptTokenIds.length,
    sampling: plan.sampling,
    memberSampling: members.map(() => plan.sampling),
    targets: [targetIndex],
    combine: singleCombine,
    acceptance,
  });
  const participants = members.map(({ modelId, sequence, promptTokenIds, contextLength }, index) => ({
    member: new Member({ index, modelId, promptLength: promptTokenIds.length, sequence, sampler, recorder }),
    promptTokenIds,
    contextLength,
    isTarget: index === targetIndex,
  }));
  const targets = participants.filter(({ isTarget }) => isTarget).map(({ member }) => member);
  if (method.kind === 'plain') {
    const schedule = sequentialSchedule(targets, sampler);
    return {
      decode: { ...plan, participants, sampler, schedule, controller: fixedDraftLengths([0]) },
      lossy: false,
    };
  }
  const drafter = createDrafter(method.drafter);
  const draftLengths = [0, 0];
  draftLengths[drafter.proposer] = method.drafter.draftLength;
  const controller = fixedDraftLengths(draftLengths);
  const schedule = speculativeSchedule(drafter, targets, controller, sampler);
  return { decode: { ...plan, participants, sampler, schedule, controller }, lossy: acceptance.lossy };

  /** A drafter that is no model takes the number behind the last member. */
  function createDrafter(options: Extract<MethodPlan, { kind: 'speculative' }>['drafter']): Drafter {
    if (options.kind === 'model') return modelDrafter(participants[1].member, sampler);
    return ngramDrafter({
      ...options,
      proposer: members.length,
      promptTokenIds: members[0].promptTokenIds,
      sampler,
    });
  }
}
