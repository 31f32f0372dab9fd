import type { CombineNumbers } from '../combine/combine.ts';
import type { TokenId } from '../tokens/token-id.ts';
import type { ProposalFate } from './round-sampler.ts';

/** Why a member ran: to read its prompt, to propose, to score proposals, or to read tokens it has not seen. */
export type ForwardKind = 'prefill' | 'draft' | 'score' | 'catch-up';

/**
 * One forward pass of a member. Times in milliseconds since the request started to run. Members fed in one pass have a
 * forward each, with an equal part of its time, one behind the other.
 */
export interface Forward {
  readonly member: number;
  readonly kind: ForwardKind;
  /** Tokens fed. */
  readonly tokens: number;
  readonly startMs: number;
  readonly ms: number;
  /** True where the time is apportioned from measured costs instead of taken by the clock. */
  readonly estimated: boolean;
}

/** A proposal's fate with its text. */
export interface Proposal extends ProposalFate {
  /**
   * What the token adds to those before it: complete characters, so '' for a piece of one whose rest is missing, and for
   * a special token that the text leaves out. A rejected proposal continues the text, and those discarded behind it
   * continue the proposal; of them, and of an end token, special tokens are spelled and a piece is U+FFFD.
   */
  readonly text: string;
}

/** A token, and the natural logarithm of its probability, −9999 for 0. */
export interface TokenLogprob {
  readonly tokenId: TokenId;
  /**
   * What the token adds to the text before it: complete characters, so '' for a piece of a character whose rest is
   * missing. A special token that the text leaves out is spelled.
   */
  readonly text: string;
  /** The token's bytes, UTF-8 and its pieces; null for a special token that the text leaves out. */
  readonly bytes: readonly number[] | null;
  readonly logprob: number;
}

/** A committed token under r, and r's most likely tokens; at temperature 0 r before it is reduced to its argmax. */
export interface CommittedLogprob extends TokenLogprob {
  readonly top: readonly TokenLogprob[];
}

/** What a round spends time on: forwards, reading results back from the GPU, sampling, and text. */
export type Phase = 'forward' | 'readback' | 'sample' | 'text';

/**
 * Everything between two verdict read-backs; prefill with the first token is one. Statistics, page, terminal and
 * trace are functions of the stream of rounds and of nothing else. Plain data: it crosses the worker's port.
 */
export interface Round {
  readonly index: number;
  /** Time of the verdict, milliseconds since the request started to run. */
  readonly atMs: number;
  readonly forwards: readonly Forward[];
  readonly proposals: readonly Proposal[];
  /** Tokens committed in this round; the rounds' lists together are the result's `tokenIds`. */
  readonly committed: readonly TokenId[];
  /** Text that became final in this round; together they are the result's `text`. */
  readonly text: string;
  /** Valid KV positions of each member after the round. */
  readonly kvLengths: readonly number[];
  /** Draft length asked of each member in this round, then of a look-up; 0 for members that do not draft. */
  readonly draftLengths: readonly number[];
  readonly msByPhase: Readonly<Record<Phase, number>>;
  /** mapAsync calls in this round, ORT's own included. */
  readonly readbacks: number;
  /** True for the first round after the loss of the GPU device: it reads prompt and text again. */
  readonly resumed?: true;
  /** Numbers that the combination took on before this round; absent where it stayed as it was. */
  readonly combine?: CombineNumbers;
  /** [committed]; absent where the request asked for none. */
  readonly logprobs?: readonly CommittedLogprob[];
}
