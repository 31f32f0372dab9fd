import { describe, expect, test } from 'vitest';
import type { Combine } from '../combine/combine.ts';
import { contrastiveCombine } from '../combine/contrastive-combine.ts';
import { geometricCombine } from '../combine/geometric-combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import { type SamplingParameters, untruncated } from '../sample/sampling-parameters.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { AcceptanceChoice } from '../verify/create-acceptance.ts';
import type { MethodPlan, ScheduleKind } from './method-plan.ts';
import { combinedAt, type Team } from './testing/analytic-law.ts';
import { enumerateLaw } from './testing/enumerate-law.ts';
import { runFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';

interface Change {
  readonly before: Combine;
  readonly after: Combine;
  /** The first round under the new combination. */
  readonly round: number;
}

interface Case extends Change {
  readonly schedule: ScheduleKind;
  readonly draftLengths: readonly number[];
  readonly acceptance?: AcceptanceChoice;
  readonly sampling?: Partial<SamplingParameters>;
  readonly vocabSize?: number;
  readonly tokens: number;
}

const prompt = [0, 1, 0];

const methodOf = (options: Omit<Case, 'tokens'>): MethodPlan => ({
  kind: 'collaborative',
  combine: options.before,
  schedule: options.schedule,
  acceptance: options.acceptance ?? { kind: 'exact' },
  defaultProposer: 0,
  draftLengths: options.draftLengths,
});

/** What the rounds carry is up to the engine. */
const changesOf = ({ after, round }: Change) => ({ [round]: { combine: after, numbers: { weights: [] } } });

/**
 * Largest difference between the joint law of a text and what each of its tokens is to follow. Letters are capital from
 * the change on. Which combination a token falls under may depend on the text before it and on earlier verdicts, but
 * not on the token itself. So wherever a text goes on under one of them, it goes on by its law:
 * P(text, next = x, under r) = P(text, next under r) · r(x | text).
 */
function largestDeparture(law: ReadonlyMap<string, number>, before: Team, after: Team, tokens: number) {
  const { vocabSize } = before.models[0];
  const masses = new Map<string, number>();
  for (const [text, probability] of law) {
    for (let length = 0; length <= tokens; length++) {
      const start = text.slice(0, length);
      masses.set(start, (masses.get(start) ?? 0) + probability);
    }
  }
  let worst = { difference: 0, at: '' };
  for (const start of [...masses.keys()].filter(({ length }) => length < tokens)) {
    const text = [...start.toLowerCase()].map((letter) => tokenId(letter.charCodeAt(0) - 97));
    for (const [firstLetter, team] of [
      ['a', before],
      ['A', after],
    ] as const) {
      const next = Array.from({ length: vocabSize }, (_, token) => {
        const letter = String.fromCharCode(firstLetter.charCodeAt(0) + token);
        return masses.get(start + letter) ?? 0;
      });
      const mass = next.reduce((sum, p) => sum + p, 0);
      if (mass === 0) continue;
      for (const [token, r] of combinedAt(team, text).entries()) {
        const difference = Math.abs(next[token] - mass * r);
        if (difference > worst.difference) worst = { difference, at: `${start}|${firstLetter}+${token}` };
      }
    }
  }
  return worst;
}

async function expectFollowed(options: Case): Promise<void> {
  const vocabSize = options.vocabSize ?? 2;
  const models = options.draftLengths.map((_, member) => new FakeModel({ vocabSize, seed: 1 + member }));
  const sampling = { ...untruncated, ...options.sampling };
  const before: Team = {
    models,
    combine: options.before,
    sampling,
    memberSampling: models.map(() => sampling),
    prompts: models.map(() => prompt.map(tokenId)),
  };
  const law = await enumerateLaw(
    {
      models,
      method: methodOf(options),
      prompt,
      sampling,
      maxTokens: 100,
      combineChanges: changesOf(options),
    },
    options.tokens,
  );
  const texts = [...law.keys()].join(' ');
  expect(texts, 'tokens of both combinations').toMatch(/[a-c][A-C]/);
  const worst = largestDeparture(law, before, { ...before, combine: options.after }, options.tokens);
  expect(worst.difference, worst.at).toBeLessThan(1e-9);
}

const pairs: { name: string; before: Combine; after: Combine }[] = [
  { name: 'weighted .8/.2 → .1/.9', before: weightedCombine([0.8, 0.2]), after: weightedCombine([0.1, 0.9]) },
  { name: 'weighted 1/0 → .5/.5', before: weightedCombine([1, 0]), after: weightedCombine([0.5, 0.5]) },
  {
    name: 'contrastive μ = .1 → .8',
    before: contrastiveCombine(0.1, 0.1),
    after: contrastiveCombine(0.8, 0.1),
  },
  {
    name: 'geometric 1/1 → 1.5/−.5',
    before: geometricCombine([1, 1]),
    after: geometricCombine([1.5, -0.5]),
  },
];

describe('tokens before a change of the combination follow the old one, tokens after it the new one', () => {
  describe.each(pairs)('$name', (pair) => {
    const cases = [
      { draftLengths: [1, 1], tokens: 5 },
      { draftLengths: [3, 1], tokens: 6 },
    ].flatMap((lengths) => [1, 2].map((round) => ({ ...lengths, round })));
    test.each(cases)(
      'alternate, γ = $draftLengths, before round $round: below 1e-9',
      async ({ draftLengths, round, tokens }) => {
        await expectFollowed({ ...pair, draftLengths, schedule: 'alternate', round, tokens });
      },
    );

    test.each(['naive', 'black-box'] as const)('%s, γ = (2,1): below 1e-9', async (schedule) => {
      await expectFollowed({ ...pair, draftLengths: [2, 1], schedule, round: 2, tokens: 5 });
    });
  });

  test.each([{ temperature: 0.6, topP: 0.8 }, { temperature: 1.5, topK: 2, minP: 0.3 }, { temperature: 0 }])(
    'alternate with sampling %o',
    async (sampling) => {
      for (const pair of pairs) {
        const draftLengths = [2, 1];
        await expectFollowed({
          ...pair,
          draftLengths,
          schedule: 'alternate',
          sampling,
          vocabSize: 3,
          round: 2,
          tokens: 5,
        });
      }
    },
  );

  test.each(['sequential', 'mixture'] as const)('%s', async (schedule) => {
    await expectFollowed({ ...pairs[0], draftLengths: [1, 1], schedule, round: 2, tokens: 4, vocabSize: 3 });
  });

  test('three members, γ = (2,1,1)', async () => {
    await expectFollowed({
      before: weightedCombine([0.6, 0.3, 0.1]),
      after: weightedCombine([0, 0.2, 0.8]),
      draftLengths: [2, 1, 1],
      schedule: 'alternate',
      round: 2,
      tokens: 6,
    });
  });
});

describe('the rounds', () => {
  test('say which numbers came into force, and only then', async () => {
    const numbers = { weights: [1, 4] };
    const { rounds } = await runFakeDecode({
      models: [new FakeModel({ vocabSize: 4, seed: 1 }), new FakeModel({ vocabSize: 4, seed: 2 })],
      method: methodOf({ ...pairs[0], draftLengths: [1, 1], schedule: 'alternate', round: 3 }),
      random: new PhiloxSource(1),
      combineChanges: { 3: { combine: pairs[0].after, numbers } },
    });
    expect(
      rounds.filter((round) => 'combine' in round).map(({ index, combine }) => [index, combine]),
    ).toEqual([[3, numbers]]);
  });
});

describe('token for token', () => {
  test.each<{ name: string; acceptance: AcceptanceChoice; temperature: number }>([
    { name: 'coupled at T = 1', acceptance: { kind: 'coupled' }, temperature: 1 },
    { name: 'exact at T = 0', acceptance: { kind: 'exact' }, temperature: 0 },
  ])('$name: sequential writes the same where the change falls at the same token', async (options) => {
    for (let seed = 1; seed <= 8; seed++) {
      for (const { before, after } of pairs) {
        const models = [0, 1].map((member) => new FakeModel({ vocabSize: 6, seed: 10 * seed + member }));
        const run = (schedule: ScheduleKind, draftLengths: readonly number[], round: number) =>
          runFakeDecode({
            models,
            method: methodOf({ ...options, before, after, round, schedule, draftLengths }),
            random: new PhiloxSource(seed),
            sampling: { temperature: options.temperature },
            maxTokens: 30,
            combineChanges: changesOf({ before, after, round }),
          });
        for (const schedule of ['alternate', 'naive', 'black-box'] as const) {
          const { tokenIds, rounds } = await run(schedule, [3, 1], 4);
          const writtenBefore = rounds.slice(0, 4).flatMap(({ committed }) => committed).length;
          // A round of `sequential` writes one token.
          const reference = await run('sequential', [1, 1], writtenBefore);
          expect(tokenIds, schedule).toEqual(reference.tokenIds);
        }
      }
    }
  });
});
