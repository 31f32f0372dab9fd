import { describe, expect, test } from 'vitest';
import type { Combine } from '../combine/combine.ts';
import { contrastiveCombine } from '../combine/contrastive-combine.ts';
import { customCombine } from '../combine/custom-combine.ts';
import { geometricCombine } from '../combine/geometric-combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import { type SamplingParameters, untruncated } from '../sample/sampling-parameters.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { AcceptanceChoice } from '../verify/create-acceptance.ts';
import type { MethodPlan, ScheduleKind } from './method-plan.ts';
import { analyticLaw, combinedAt, largestDifference, type Team } from './testing/analytic-law.ts';
import { enumerateLaw } from './testing/enumerate-law.ts';
import { runFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';

const exact: AcceptanceChoice = { kind: 'exact' };

interface Case {
  readonly combine: Combine;
  readonly schedule?: ScheduleKind;
  readonly acceptance?: AcceptanceChoice;
  readonly draftLengths: readonly number[];
  readonly defaultProposer?: number;
  readonly sampling?: Partial<SamplingParameters>;
  readonly memberSampling?: readonly Partial<SamplingParameters>[];
  readonly memberPrompts?: readonly (readonly number[])[];
  readonly vocabSize?: number;
  readonly tokens: number;
}

const methodOf = (options: Case): MethodPlan => ({
  kind: 'collaborative',
  combine: options.combine,
  schedule: options.schedule ?? 'alternate',
  acceptance: options.acceptance ?? exact,
  defaultProposer: options.defaultProposer ?? 0,
  draftLengths: options.draftLengths,
});

function setUp(options: Case, seed = 1) {
  const vocabSize = options.vocabSize ?? 2;
  const models = options.draftLengths.map((_, member) => new FakeModel({ vocabSize, seed: seed + member }));
  const prompts = options.memberPrompts ?? models.map(() => [0, 1, 0]);
  const sampling = { ...untruncated, ...options.sampling };
  const team: Team = {
    models,
    combine: options.combine,
    sampling,
    memberSampling: models.map((_, member) => ({ ...sampling, ...options.memberSampling?.[member] })),
    prompts: prompts.map((prompt) => prompt.map(tokenId)),
  };
  const decode = {
    models,
    method: methodOf(options),
    memberPrompts: prompts,
    sampling,
    memberSampling: options.memberSampling ?? [],
  };
  return { team, decode };
}

async function expectExact(options: Case): Promise<void> {
  const { team, decode } = setUp(options);
  const law = await enumerateLaw({ ...decode, maxTokens: 100 }, options.tokens);
  const worst = largestDifference(
    law,
    analyticLaw((text) => combinedAt(team, text), options.tokens),
  );
  expect(worst.difference, `text ${worst.text}: ${worst.actual} instead of ${worst.expected}`).toBeLessThan(
    1e-9,
  );
}

const combines: { name: string; combine: Combine }[] = [
  { name: 'weighted .3/.7', combine: weightedCombine([0.3, 0.7]) },
  { name: 'weighted 1/0', combine: weightedCombine([1, 0]) },
  { name: 'contrastive μ = .4', combine: contrastiveCombine(0.4, 0) },
  { name: 'contrastive μ = .4, α = .5', combine: contrastiveCombine(0.4, 0.5) },
  { name: 'geometric 1.5/−.5', combine: geometricCombine([1.5, -0.5]) },
  {
    name: 'custom minimum',
    combine: customCombine(
      { probabilities: ([a, b]) => a.map((probability, token) => Math.min(probability, b[token]) + 0.01) },
      'test',
    ),
  },
];
const samplings: { name: string; sampling: Partial<SamplingParameters>; vocabSize?: number }[] = [
  { name: 'T = 1', sampling: {} },
  { name: 'T = .6, top-p .8', sampling: { temperature: 0.6, topP: 0.8 }, vocabSize: 3 },
  { name: 'T = 1.5, top-k 2, min-p .3', sampling: { temperature: 1.5, topK: 2, minP: 0.3 }, vocabSize: 3 },
  { name: 'T = 0', sampling: { temperature: 0 } },
];

describe('two members', () => {
  describe.each(combines)('$name', ({ combine }) => {
    describe.each(samplings)('$name', ({ sampling, vocabSize = 2 }) => {
      const gammas =
        vocabSize === 2
          ? [
              [1, 1],
              [3, 1],
              [1, 3],
              [2, 2],
            ]
          : [
              [1, 1],
              [2, 1],
            ];
      const cases = gammas.flatMap((draftLengths) =>
        ([0, 1] as const).flatMap((defaultProposer) =>
          (['alternate', 'naive', 'black-box'] as const).map((schedule) => ({
            draftLengths,
            defaultProposer,
            schedule,
          })),
        ),
      );
      test.each(cases)(
        '$schedule, γ = $draftLengths, member $defaultProposer first: the joint law is the analytic one below 1e-9',
        async ({ draftLengths, defaultProposer, schedule }) => {
          // A wrong q for the bonus shows first at token γ_d + 2.
          const tokens =
            vocabSize === 2
              ? Math.max(5, draftLengths[defaultProposer] + 3)
              : draftLengths[defaultProposer] + 3;
          await expectExact({
            combine,
            schedule,
            draftLengths,
            defaultProposer,
            sampling,
            vocabSize,
            tokens,
          });
        },
      );
    });
  });

  test.each(samplings.filter(({ sampling }) => sampling.temperature !== 0))(
    'mixture at $name',
    async ({ sampling }) => {
      await expectExact({
        combine: weightedCombine([0.3, 0.7]),
        schedule: 'mixture',
        draftLengths: [1, 1],
        sampling,
        vocabSize: 3,
        tokens: 4,
      });
    },
  );

  test('sequential', async () => {
    await expectExact({
      combine: weightedCombine([0.3, 0.7]),
      schedule: 'sequential',
      draftLengths: [1, 1],
      vocabSize: 3,
      tokens: 4,
    });
  });

  test('each with its own temperature and prompt, one of them empty of the other', async () => {
    for (const schedule of ['alternate', 'naive', 'black-box'] as const) {
      await expectExact({
        combine: weightedCombine([0.5, 0.5]),
        schedule,
        draftLengths: [2, 1],
        memberSampling: [{ temperature: 0.5 }, { topK: 1 }],
        memberPrompts: [[0, 1, 0], [1]],
        tokens: 5,
      });
    }
  });
});

describe('more members', () => {
  const three: { name: string; combine: Combine }[] = [
    { name: 'weighted', combine: weightedCombine([0.2, 0.5, 0.3]) },
    { name: 'geometric', combine: geometricCombine([1, 0.5, -0.4]) },
  ];
  describe.each(three)('three, $name', ({ combine }) => {
    const cases = [
      [1, 1, 1],
      [2, 1, 1],
      [1, 2, 1],
      [3, 2, 1],
      [1, 1, 3],
    ].flatMap((draftLengths) =>
      [0, 1, 2].flatMap((defaultProposer) =>
        [0, 1].map((temperature) => ({ draftLengths, defaultProposer, temperature })),
      ),
    );
    test.each(cases)(
      'alternate, γ = $draftLengths, member $defaultProposer first, T = $temperature',
      async ({ draftLengths, defaultProposer, temperature }) => {
        const tokens = draftLengths[defaultProposer] + 3;
        await expectExact({ combine, draftLengths, defaultProposer, sampling: { temperature }, tokens });
      },
    );
    test.each(['naive', 'black-box'] as const)('%s, γ = 2', async (schedule) => {
      await expectExact({ combine, schedule, draftLengths: [2, 1, 1], tokens: 5 });
    });
    test.each([0, 1])('sequential, T = %i', async (temperature) => {
      await expectExact({
        combine,
        schedule: 'sequential',
        draftLengths: [1, 1, 1],
        sampling: { temperature },
        vocabSize: 3,
        tokens: 4,
      });
    });
  });

  test.each(samplings.filter(({ sampling }) => sampling.temperature !== 0))(
    'three, mixture at $name',
    async ({ sampling }) => {
      await expectExact({
        combine: weightedCombine([0.2, 0.5, 0.3]),
        schedule: 'mixture',
        draftLengths: [1, 1, 1],
        sampling,
        vocabSize: 3,
        tokens: 4,
      });
    },
  );

  test('four, weighted, γ = (1,1,1,1) and (2,1,1,1)', async () => {
    const combine = weightedCombine([0.1, 0.2, 0.3, 0.4]);
    await expectExact({ combine, draftLengths: [1, 1, 1, 1], tokens: 5 });
    await expectExact({ combine, draftLengths: [2, 1, 1, 1], defaultProposer: 2, tokens: 4 });
  });
});

describe('token for token', () => {
  const teams = [2, 3].flatMap((members) =>
    Object.entries({
      weighted: weightedCombine([0.5, 0.3, 0.2].slice(0, members)),
      geometric: geometricCombine([0.8, 0.6, -0.3].slice(0, members)),
      ...(members === 2 && { contrastive: contrastiveCombine(0.3, 0.1) }),
      // The surest member's logits, and after a truncation those that nobody has cut.
      custom: customCombine(
        {
          logits: ([first, ...others]) =>
            first.map((logit, token) => Math.max(logit, ...others.map((row) => row[token]))),
        },
        'test',
      ),
    }).map(([kind, combine]) => ({ members, kind, combine })),
  );
  const criteria: { name: string; acceptance: AcceptanceChoice; sampling: Partial<SamplingParameters> }[] = [
    { name: 'exact at T = 0', acceptance: exact, sampling: { temperature: 0 } },
    { name: 'lenient at T = 0', acceptance: { kind: 'lenient', leniency: 2 }, sampling: { temperature: 0 } },
    { name: 'coupled at T = 0', acceptance: { kind: 'coupled' }, sampling: { temperature: 0 } },
    { name: 'coupled at T = 1', acceptance: { kind: 'coupled' }, sampling: {} },
    {
      name: 'coupled at T = 1.4, top-p .7',
      acceptance: { kind: 'coupled' },
      sampling: { temperature: 1.4, topP: 0.7 },
    },
  ];
  describe.each(criteria)('$name', ({ acceptance, sampling }) => {
    test.each(teams)(
      '$members members, $kind: every schedule and γ writes what sequential writes',
      async ({ members, combine }) => {
        for (let seed = 1; seed <= 3; seed++) {
          const models = Array.from(
            { length: members },
            (_, member) => new FakeModel({ vocabSize: 6, seed: 10 * seed + member }),
          );
          const run = (schedule: ScheduleKind, draftLengths: readonly number[], defaultProposer: number) =>
            runFakeDecode({
              models,
              method: methodOf({ combine, schedule, draftLengths, defaultProposer, acceptance, tokens: 0 }),
              random: new PhiloxSource(seed),
              sampling,
              maxTokens: 30,
            });
          const reference = await run(
            'sequential',
            models.map(() => 1),
            0,
          );
          for (const schedule of ['alternate', 'naive', 'black-box'] as const) {
            for (const gamma of [1, 2, 5, 16]) {
              for (let defaultProposer = 0; defaultProposer < members; defaultProposer++) {
                for (const others of [1, 3]) {
                  const draftLengths = models.map((_, member) =>
                    member === defaultProposer ? gamma : others,
                  );
                  const { tokenIds } = await run(schedule, draftLengths, defaultProposer);
                  expect(
                    tokenIds,
                    `${schedule} γ = ${draftLengths}, member ${defaultProposer} first`,
                  ).toEqual(reference.tokenIds);
                }
              }
            }
          }
        }
      },
    );
  });

  test('speculative and n-gram write what plain writes under coupled, whatever γ', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const models = [
        new FakeModel({ vocabSize: 6, seed }),
        new FakeModel({ vocabSize: 6, seed: seed + 50 }),
      ];
      const common = { random: new PhiloxSource(seed), maxTokens: 40 };
      const { tokenIds } = await runFakeDecode({ ...common, models: [models[0]], method: { kind: 'plain' } });
      const acceptance = { kind: 'coupled' } as const;
      for (const draftLength of [0, 1, 4, 16]) {
        const drafted = await runFakeDecode({
          ...common,
          models,
          method: { kind: 'speculative', acceptance, drafter: { kind: 'model', draftLength } },
        });
        const lookedUp = await runFakeDecode({
          ...common,
          models: [models[0]],
          method: {
            kind: 'speculative',
            acceptance,
            drafter: { kind: 'ngram', draftLength, longestMatch: 3, shortestMatch: 1 },
          },
        });
        expect(drafted.tokenIds).toEqual(tokenIds);
        expect(lookedUp.tokenIds).toEqual(tokenIds);
      }
    }
  });
});
