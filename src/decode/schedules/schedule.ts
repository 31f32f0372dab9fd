import type { Member } from '../../round/member.ts';
import type { ForwardKind } from '../../round/round.ts';
import type { DrawnLaw, ExtraPosition, SamplerState } from '../../round/round-sampler.ts';
import type { TokenId } from '../../tokens/token-id.ts';
import type { DraftLengthController } from '../draft-length-controller.ts';

/** What a schedule asks for. It is resumed when that is done, and decides the next step by what the sampler holds then. */
export type Step =
  /** Each member completes its D_i up to the position behind pending. */
  | { readonly kind: 'score'; readonly members: readonly Member[]; readonly as: ForwardKind }
  | { readonly kind: 'propose'; readonly member: Member }
  | { readonly kind: 'lookup'; readonly found: readonly TokenId[] }
  | { readonly kind: 'draw'; readonly law: DrawnLaw };

/** The arguments of `RoundSampler.verify`. */
export interface DueVerdict {
  readonly heads: number;
  readonly extra: ExtraPosition;
}

export type Steps<Result> = Generator<Step, Result, void>;

/**
 * Who drafts, who scores and when a verdict is due: the order of one method, and nothing else. A schedule waits for
 * nothing and runs nothing: `runToVerdict` takes its steps, and a prediction counts them.
 */
export interface Schedule {
  /**
   * The steps up to the next verdict.
   * @param room tokens that may still be committed, at least 1. No more proposals are made than can be committed, so
   *   no pass exceeds a context.
   */
  nextVerdict(room: number): Steps<DueVerdict>;
}

/** What the schedules of several members work with. */
export interface Ensemble {
  /** Every member takes part in r. */
  readonly members: readonly Member[];
  readonly sampler: SamplerState;
  readonly controller: DraftLengthController;
  /** Number of the member that starts when nothing is pending. */
  readonly defaultProposer: number;
}
