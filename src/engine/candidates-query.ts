import * as v from 'valibot';
import type { Round } from '../round/round.ts';
import type { Fate } from '../verify/acceptance.ts';
import { parseAs, refuse } from './decode-request.ts';
import type { DecodeRequest } from './request-types.ts';
import { withCombineOf } from './with-combine-of.ts';

/** Most tokens that may be listed of a distribution. */
const maxCandidates = 100;

const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const querySchema = v.strictObject({
  /** Checked as a request is. */
  request: v.unknown(),
  tokenIds: v.array(index),
  position: index,
  k: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(maxCandidates)), 10),
});

/** A question about one position of a text. */
export interface CandidatesQuery {
  /** Whose members, prompts, sampling and combination: a decode's request. Its seed and length play no part. */
  readonly request: DecodeRequest;
  /** The text without its prompt. Nothing behind `position` plays a part. */
  readonly tokenIds: readonly number[];
  /** Index in `tokenIds` of the token asked about; its length asks about the token to come. */
  readonly position: number;
  /** Tokens to list of each distribution, 1 to 100; default 10. */
  readonly k?: number;
}

/** A question with its defaults filled in; its request is not checked yet. */
export type ValidCandidatesQuery = v.InferOutput<typeof querySchema>;

/** Throws `invalid-request`, naming the field. */
export function validateCandidatesQuery(query: unknown): ValidCandidatesQuery {
  const valid = parseAs('query', querySchema, query);
  const { position, tokenIds } = valid;
  if (position > tokenIds.length) {
    refuse('position', `${position} exceeds the length of the text (${tokenIds.length} tokens)`);
  }
  return valid;
}

/** Names a proposal: `rounds[round].proposals[proposal]`. */
export interface ProposalPlace {
  readonly round: number;
  readonly proposal: number;
}

/** Whether a token of this fate stands in the text that the proposals behind it continue. */
const staysInText: Readonly<Record<Fate, boolean>> = {
  accepted: true,
  drawn: true,
  recovered: true,
  rejected: false,
  discarded: false,
};

/**
 * The question about a token that a run showed, dropped ones included: behind the text it was proposed for, under the
 * combination that was in force at its verdict. Works for running, finished and replayed runs alike.
 * @param request the run's own
 * @param rounds its rounds from the first on, at least as far as the one asked about
 */
export function candidatesQuery(
  request: DecodeRequest,
  rounds: readonly Round[],
  { round, proposal }: ProposalPlace,
): CandidatesQuery {
  const before: number[] = rounds.slice(0, round).flatMap(({ committed }) => committed);
  const { proposals } = rounds[round];
  // What follows a rejected proposal was proposed behind it, not behind the token that took its place.
  let dropped: number[] = [];
  for (const { tokenId, fate } of proposals.slice(0, proposal)) {
    if (staysInText[fate]) before.push(tokenId);
    else dropped.push(tokenId);
  }
  const { tokenId, fate } = proposals[proposal];
  if (fate !== 'discarded') dropped = [];
  else if (proposals.slice(0, proposal).some((earlier) => earlier.fate === 'recovered')) before.pop();
  const prefix = [...before, ...dropped];
  return {
    request: withCombineOf(request, rounds.slice(0, round + 1)),
    tokenIds: [...prefix, tokenId],
    position: prefix.length,
  };
}
