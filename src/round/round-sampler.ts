import type { Combine } from '../combine/combine.ts';
import type { LogitsHandle, TokenRun } from '../models/causal-model.ts';
import type { SamplingParameters } from '../sample/sampling-parameters.ts';
import type { TokenId } from '../tokens/token-id.ts';
import type { Acceptance, Fate } from '../verify/acceptance.ts';
import type { MemberDescription } from './member-description.ts';
import type { Proposer } from './proposer.ts';

/** Everything a sampler must know of a request. Members are numbered as in the request. */
export interface SamplingPlan {
  /** Entries of the vocabulary; logits rows may be wider, the rest is never drawn. */
  readonly vocabSize: number;
  /** Index in the first member's sequence of the first token of the text: its prompt's length. */
  readonly firstPosition: number;
  /** The request's own parameters; temperature 0 makes every draw an argmax. */
  readonly sampling: SamplingParameters;
  /** In the order of the request. Those that are targets stand in the order of the combination. */
  readonly members: readonly Pick<MemberDescription, 'sampling' | 'adjustment' | 'isTarget'>[];
  /** In force until `useCombine` names another. */
  readonly combine: Combine;
  readonly acceptance: Acceptance;
  /** Tokens of r to list at each committed one, 0 to 20; absent: none, and r is not looked at for it. */
  readonly logprobs?: number;
  /** Tokens behind which nothing can follow. */
  readonly endTokenIds: ReadonlySet<TokenId>;
}

/**
 * A token that was proposed or committed, with the probabilities its verdict was based on: q of its proposer, and r, the
 * combined distribution.
 */
export interface ProposalFate {
  /** null for a token that nobody proposed. */
  readonly proposer: Proposer | null;
  readonly tokenId: TokenId;
  /** q(x) of a proposal, null for recovered and drawn tokens. */
  readonly q: number | null;
  /** r(x), null where r was not formed: proposals discarded unseen, tokens drawn from one member. */
  readonly r: number | null;
  /** The uniform number of the verdict, null where there was none. */
  readonly u: number | null;
  readonly fate: Fate;
  /**
   * Total variation between the law of the token committed at this position and r, for verified proposals under a
   * lossy criterion; null otherwise.
   */
  readonly deviation: number | null;
}

/**
 * What r had at the position of a committed token; at temperature 0 the distribution whose argmax was committed: the
 * combination at temperature 1 without truncation.
 */
export interface TargetList {
  /** Of the committed token. */
  readonly probability: number;
  /** Most likely first, the lower id first among equals; tokens that cannot be drawn are left out. */
  readonly top: readonly { readonly tokenId: TokenId; readonly probability: number }[];
}

/** What one read-back tells: the fate of the tokens at the head of the pending list. */
export interface Verdict {
  /**
   * In text order; a rejected proposal stands before its recovered token, discarded ones at the end. Tokens that no
   * one proposed and that are void leave no trace.
   */
  readonly fates: readonly ProposalFate[];
  /** Tokens this verdict commits, in text order. */
  readonly committed: readonly TokenId[];
  /** True if a proposal was rejected: pending and every held row are gone. */
  readonly rejected: boolean;
  /** True if the last committed token is an end token: what was pending behind it is void, and gone as above. */
  readonly ended: boolean;
  /** [committed]; absent where the plan asks for none. */
  readonly lists?: readonly TargetList[];
}

/** What happens at the extra position when every verified proposal was accepted: a token of r is committed, or nothing. */
export type ExtraPosition = 'draw-from-target' | 'leave';

/** What a token is drawn from: r, or one member's own distribution, where that member was picked with its weight. */
export type DrawnLaw = 'target' | { readonly member: number };

/**
 * What members and schedules know of a sampler: the text, the pending tokens that continue it, and for every member i
 * its D_i: logits rows at the first |D_i| positions after the committed text, raw but for the member's adjustment.
 *
 * Pending are proposals, and tokens drawn from r that wait for the read-back alone.
 */
export interface SamplerState {
  /** Tokens committed so far, prompt excluded. */
  readonly committedTokenIds: readonly TokenId[];
  readonly pendingLength: number;
  /** |D_member| */
  heldRows(member: number): number;
  /** The text from index `from` (0 = first token after the prompt) to the end of pending, to feed a member. */
  textFrom(from: number): TokenRun;
  /**
   * Appends the last `count` rows of `logits` to D_member and takes over the handle. Everything before these positions
   * is known by now, so this is where the member's adjustment is applied to them, in place: what is drawn, judged and
   * combined later sees the same row.
   */
  hold(member: number, logits: LogitsHandle, count: number): Promise<void> | void;
  /** Drops D_member from row `count` on: the member will score these positions again. */
  release(member: number, count: number): void;
}

/**
 * Also holds the distributions that the pending tokens were drawn from; draws and verifies. Two implementations behind
 * one test suite: CpuSampler, the oracle, and one on the GPU, where `verify` is the only call that reads back.
 */
export interface RoundSampler extends SamplerState {
  /** Tokens worth drawing before one read-back tells them all; 1 where the host knows a token when it is drawn. */
  readonly maxUnreadDraws: number;
  /** Draws a proposal of `member` from its own row at the end of pending, which must be held. */
  propose(member: number): Promise<void>;
  /** Appends proposals that were not drawn but looked up: q is one-hot. */
  proposeTokens(tokenIds: readonly TokenId[]): void;
  /**
   * Draws the token behind pending from the rows held there. It joins pending, needs no verdict, and is committed by
   * the `verify` that counts it among its heads.
   */
  draw(law: DrawnLaw): Promise<void>;
  /**
   * Verifies the first `heads` pending tokens against r, left to right, up to the first rejection or end token.
   * `draw-from-target` needs one more held row of every target and no token behind the heads; it commits a token of r
   * when all are accepted, and with `heads` = 0 it is plain sampling.
   */
  verify(heads: number, extra: ExtraPosition): Promise<Verdict>;
  /** A target to draw the token behind pending from, with the probability of its weight in a weighted combination. */
  pickMember(): number;
  /**
   * Later verdicts and picks follow this combination of the same targets. What is pending stays: r is formed at the
   * verdict, from raw rows, and a proposal's q is what it was drawn from.
   */
  useCombine(combine: Combine): void;
  /** Starts behind a text that is committed already. To be called before anything is held. */
  continueFrom(tokenIds: readonly TokenId[]): void;
  dispose(): void;
}
