import { expect, test } from 'vitest';
import { memberProposer } from '../../round/proposer.ts';
import type { ForwardKind, Round } from '../../round/round.ts';
import { tokenId } from '../../tokens/token-id.ts';
import type { Fate } from '../../verify/acceptance.ts';
import { initialForm, toRequest } from '../form/request-form.ts';
import { castOf } from '../story/cast.ts';
import { addRound, emptyStory } from '../story/story.ts';
import { runNumbers } from './run-numbers.ts';

/** With the number of the member that proposed. */
type Verdict = readonly [by: number | null, fate: Fate, deviation?: number];

/** @param forwards member and kind of each forward */
function round(
  index: number,
  verdicts: readonly Verdict[],
  forwards: readonly (readonly [number, ForwardKind])[],
): Round {
  return {
    index,
    atMs: 100 * index,
    forwards: forwards.map(([member, kind]) => ({
      ...{ member, kind, tokens: 1, startMs: 0, ms: 5, estimated: false },
    })),
    proposals: verdicts.map(([by, fate, deviation = null]) => ({
      proposer: by === null ? null : memberProposer(by),
      ...{ fate, deviation, tokenId: tokenId(1), text: ' x', q: null, r: null, u: null },
    })),
    committed: verdicts.filter(([, fate]) => fate !== 'rejected').map(() => tokenId(1)),
    text: '',
    kvLengths: [],
    draftLengths: [1 + index, 1],
    msByPhase: { forward: 0, readback: 0, sample: 0, text: 0 },
    readbacks: 0,
  };
}

const rounds = [
  round(
    0,
    [[null, 'drawn']],
    [
      [0, 'prefill'],
      [1, 'prefill'],
    ],
  ),
  round(
    1,
    [[0, 'accepted', 0.1]],
    [
      [0, 'draft'],
      [1, 'score'],
    ],
  ),
  round(
    2,
    [
      [1, 'rejected', 0.3],
      [null, 'recovered'],
    ],
    [[0, 'score']],
  ),
];
const cast = castOf(toRequest(initialForm(7)), [{ id: 'story-fairy', title: 'Fairy-tale teller' }]);

test('numbers count forwards for each token, by member, beside what asking all would take', () => {
  const numbers = runNumbers(rounds.reduce(addRound, emptyStory), cast);
  expect(numbers).toMatchObject({ tokens: 3, acceptanceRate: 0.5, referenceForwardsPerToken: 2 });
  expect(numbers.forwardsPerToken).toBeCloseTo(5 / 3);
  expect(numbers.deviation).toEqual({ mean: 0.2, max: 0.3 });
  expect(numbers.members).toMatchObject([
    {
      ...{ letter: 'A', name: 'Fairy-tale teller', proposals: 1, acceptanceRate: 1, forwardsPerToken: 1 },
      ...{ draftLength: 3, meanDraftLength: 2.5 },
    },
    { letter: 'B', name: 'story-space', proposals: 1, acceptanceRate: 0 },
  ]);
  expect(numbers.members[1].forwardsPerToken).toBeCloseTo(2 / 3);
});

test('the first token comes with the first round, draft lengths with the second', () => {
  const numbers = runNumbers(rounds.slice(0, 1).reduce(addRound, emptyStory), cast);
  expect(numbers.timeToFirstTokenMs).toBe(0);
  expect(numbers.members.map(({ draftLength }) => draftLength)).toEqual([null, null]);
});

test('numbers of a run without rounds are not known', () => {
  const numbers = runNumbers(emptyStory, cast);
  expect(numbers).toMatchObject({ tokens: 0, forwardsPerToken: null, acceptanceRate: null, deviation: null });
  expect(numbers.members.map(({ forwardsPerToken }) => forwardsPerToken)).toEqual([null, null]);
});

test('the reference of a draft model or a look-up is its target alone', () => {
  for (const method of ['draft-model', 'ngram', 'plain'] as const) {
    const numbers = runNumbers(emptyStory, castOf(toRequest({ ...initialForm(7), method }), []));
    expect(numbers.referenceForwardsPerToken).toBe(1);
  }
});
