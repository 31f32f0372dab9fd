import type { ForwardCosts } from '../models/forward-costs.ts';
import type { LogitAdjustment } from '../sample/logit-adjustment.ts';
import type { SamplingParameters } from '../sample/sampling-parameters.ts';
import type { TokenId } from '../tokens/token-id.ts';

/**
 * One member of a request: which model it is, what it reads, and what its distribution is made with. It is made once,
 * when the request is checked, and everything from there to the sampler's plan reads it.
 */
export interface MemberDescription {
  /** Number of the member in the request. */
  readonly index: number;
  readonly modelId: string;
  /** The member's own prompt: all members continue with the same text. */
  readonly promptTokenIds: readonly TokenId[];
  /** Positions its KV cache may hold. */
  readonly contextLength: number;
  /** t(k) measured at load. */
  readonly costs: ForwardCosts;
  /** Parameters of the member's own distribution: its q and its part of r. */
  readonly sampling: SamplingParameters;
  /** What is done to the member's logits before; null for nothing. */
  readonly adjustment: LogitAdjustment | null;
  /** Tokens that end a text of this model. */
  readonly endTokenIds: ReadonlySet<TokenId>;
  /** True if its rows form r. A draft model's do not. */
  readonly isTarget: boolean;
}

/** Whose rows form r, in the order of the combination. */
export function targetsOf(members: readonly Pick<MemberDescription, 'isTarget'>[]): readonly number[] {
  return members.flatMap(({ isTarget }, index) => (isTarget ? [index] : []));
}
