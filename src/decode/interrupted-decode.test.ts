import { describe, expect, test } from 'vitest';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import type { AcceptanceChoice } from '../verify/create-acceptance.ts';
import type { MethodPlan, ScheduleKind } from './method-plan.ts';
import { enumerateLaw } from './testing/enumerate-law.ts';
import { type FakeDecodeOptions, runFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';

const exact: AcceptanceChoice = { kind: 'exact' };

const speculative = (draftLength: number, acceptance: AcceptanceChoice = exact): MethodPlan => ({
  kind: 'speculative',
  acceptance,
  drafter: { kind: 'model', draftLength },
});
const team = (schedule: ScheduleKind, acceptance: AcceptanceChoice = exact): MethodPlan => ({
  kind: 'collaborative',
  combine: weightedCombine([0.4, 0.6]),
  schedule,
  acceptance,
  defaultProposer: 0,
  draftLengths: [2, 1],
});
const lookup: MethodPlan = {
  kind: 'speculative',
  acceptance: exact,
  drafter: { kind: 'ngram', draftLength: 3, longestMatch: 2, shortestMatch: 1 },
};

const optionsFor = (method: MethodPlan, temperature: number): Omit<FakeDecodeOptions, 'random'> => {
  const members = method.kind === 'plain' || method === lookup ? 1 : 2;
  return {
    models: Array.from({ length: members }, (_, seed) => new FakeModel({ vocabSize: 5, seed })),
    method,
    sampling: { temperature },
    maxTokens: 24,
  };
};

describe('a decode that goes on after the loss of its device', () => {
  test.each<[string, MethodPlan, number]>([
    ['plain', { kind: 'plain' }, 1],
    ['speculative, exact', speculative(3), 1],
    ['speculative, coupled', speculative(3, { kind: 'coupled' }), 1],
    ['speculative, lenient', speculative(2, { kind: 'lenient', leniency: 2 }), 1],
    ['speculative by look-up', lookup, 1],
    ['sequential', team('sequential'), 1],
    ['mixture', team('mixture'), 1],
    ['naive, exact', team('naive'), 1],
    ['black-box, exact', team('black-box'), 1],
    ['alternate, coupled', team('alternate', { kind: 'coupled' }), 1],
    ['alternate at temperature 0', team('alternate'), 0],
  ])(
    'writes the text of an uninterrupted one, whichever round was its last: %s',
    async (_, method, temperature) => {
      const options = optionsFor(method, temperature);
      const random = () => new PhiloxSource(11);
      const whole = await runFakeDecode({ ...options, random: random() });
      for (let lostAfter = 0; lostAfter < whole.rounds.length; lostAfter++) {
        const resumed = await runFakeDecode({ ...options, lostAfter, random: random() });
        expect(resumed, `lost after round ${lostAfter}`).toMatchObject({
          tokenIds: whole.tokenIds,
          text: whole.text,
          finishReason: whole.finishReason,
        });
        const numbers = resumed.rounds.map(({ index }) => index);
        expect(numbers).toEqual([...numbers.keys()]);
        expect(resumed.rounds.findIndex((round) => round.resumed)).toBe(lostAfter);
      }
    },
  );

  test('reads prompt and text again, but for the last token, and counts it as prefill', async () => {
    const options = optionsFor(speculative(2), 0);
    const { rounds } = await runFakeDecode({ ...options, lostAfter: 3, random: new PhiloxSource(1) });
    const written = rounds.slice(0, 3).reduce((sum, { committed }) => sum + committed.length, 0);
    const read = rounds[3].forwards.filter(({ kind }) => kind === 'prefill');
    expect(read.map(({ member, tokens }) => [member, tokens])).toEqual([
      [0, 2 + written - 1],
      [1, 2 + written - 1],
    ]);
  });

  test.each([1, 2, 3])(
    'follows the same law where pending proposals are lost, after %d rounds',
    async (lostAfter) => {
      const options = { ...optionsFor(team('alternate'), 1), maxTokens: 100 };
      const models = [0, 1].map((seed) => new FakeModel({ vocabSize: 2, seed }));
      const law = await enumerateLaw({ ...options, models }, 4);
      const resumed = await enumerateLaw({ ...options, models, lostAfter }, 4);
      expect(resumed.size).toBe(law.size);
      for (const [text, probability] of law) expect(resumed.get(text), text).toBeCloseTo(probability, 12);
    },
  );
});

test('a penalty counts the tokens that were written before the loss', async () => {
  const adjustments = [{ bias: new Map(), presencePenalty: 0.3, frequencyPenalty: 0.7 }];
  const options = { ...optionsFor({ kind: 'plain' }, 0), adjustments, random: new PhiloxSource(1) };
  const whole = await runFakeDecode(options);
  const resumed = await runFakeDecode({ ...options, lostAfter: 9 });
  expect(resumed.tokenIds).toEqual(whole.tokenIds);
});
