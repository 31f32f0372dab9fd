import { targetsOf } from '../round/member-description.ts';
import type { SamplingPlan } from '../round/round-sampler.ts';
import { distributionOf } from '../sample/distribution.ts';
import { untruncated } from '../sample/sampling-parameters.ts';
import { rankOf, topTokens } from '../sample/top-tokens.ts';
import { Detokeniser } from '../tokens/detokeniser.ts';
import type { TokenId } from '../tokens/token-id.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

/** One token that could stand at a position. */
export interface Candidate {
  readonly tokenId: TokenId;
  /** What it adds to the text before it; special tokens are spelled, and a piece of a character is U+FFFD. */
  readonly text: string;
  readonly probability: number;
}

/** One distribution at a position, as far as it was asked for. */
export interface CandidateList {
  /** Most likely first, the lower id first among equals; tokens that cannot be drawn are left out. */
  readonly top: readonly Candidate[];
  /** The token that stands there and its place in that order, 1 for the first; null where none was named. */
  readonly token: (Candidate & { readonly rank: number }) | null;
}

/** What the members and their combination would have at one position of a text. */
export interface Candidates {
  /** Each member's own distribution [members]; null for a draft model whose context is too short for the text. */
  readonly members: readonly (CandidateList | null)[];
  /** r. */
  readonly combined: CandidateList;
}

export interface CandidatesPlan extends Pick<SamplingPlan, 'vocabSize' | 'sampling' | 'members' | 'combine'> {
  readonly tokenizer: Tokenizer;
  /** What stands before the position, the first member's prompt included. */
  readonly contextTokenIds: readonly TokenId[];
  /** The token at the position; null for the one that is still to come. */
  readonly tokenId: TokenId | null;
  /** Tokens to list of each distribution. */
  readonly count: number;
}

/**
 * Lists q of every member, and r, from the members' rows at one position. At temperature 0 these are the
 * distributions whose argmax is taken: at temperature 1, without truncation.
 * @param rows [members] of raw logits [vocabSize]; null for members that have none and are no targets
 */
export function listCandidates(plan: CandidatesPlan, rows: readonly (Float32Array | null)[]): Candidates {
  const { combine, vocabSize } = plan;
  const isGreedy = plan.sampling.temperature === 0;
  const samplingOf = (member: number) => (isGreedy ? untruncated : plan.members[member].sampling);
  const distribution = new Float64Array(vocabSize);
  const members = rows.map((logits, member) => {
    if (!logits) return null;
    distributionOf(logits, samplingOf(member), distribution);
    return listOf(plan, distribution);
  });
  const targetRows = targetsOf(plan.members).map((member) => ({
    logits: rows[member]!,
    sampling: samplingOf(member),
  }));
  combine.distribution(targetRows, isGreedy ? untruncated : plan.sampling, distribution);
  return { members, combined: listOf(plan, distribution) };
}

function listOf(plan: CandidatesPlan, distribution: Float64Array): CandidateList {
  const before = new Detokeniser(plan.tokenizer, plan.contextTokenIds);
  const candidate = (tokenId: TokenId): Candidate => ({
    tokenId,
    text: before.name(tokenId),
    probability: distribution[tokenId],
  });
  const { tokenId } = plan;
  return {
    top: topTokens(distribution, plan.count).map(candidate),
    token: tokenId === null ? null : { ...candidate(tokenId), rank: rankOf(distribution, tokenId) },
  };
}
