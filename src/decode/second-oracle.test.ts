import { describe, expect, test } from 'vitest';
import { largestDifference } from './testing/analytic-law.ts';
import { enumerateLaw } from './testing/enumerate-law.ts';
import { bothOf, type ReferenceCase } from './testing/reference-case.ts';
import type { ReferenceCombine } from './testing/reference-distributions.ts';
import { referenceLaw } from './testing/reference-law.ts';

/*
 * The engine against a second reading of the algorithm, down to temperature and truncation: corners where combinations,
 * parameters of members and criteria meet.
 */

const weighted = (...weights: number[]): ReferenceCombine => ({ kind: 'weighted', weights });
const geometric = (...weights: number[]): ReferenceCombine => ({ kind: 'geometric', weights });
const greatestSquared: ReferenceCombine = {
  kind: 'custom',
  probabilities: (rows) => rows[0].map((_, token) => Math.max(...rows.map((row) => row[token])) ** 2),
};

const cases: (ReferenceCase & { name: string; tokens: number })[] = [
  {
    name: 'two members with truncation of their own',
    combine: weighted(0.6, 0.4),
    draftLengths: [2, 2],
    sampling: { temperature: 1.1 },
    memberSampling: [
      { topK: 2, temperature: 0.7 },
      { topP: 0.6, temperature: 1.3 },
    ],
    vocabSize: 3,
    tokens: 5,
  },
  {
    name: 'three members with truncation and prompts of their own',
    combine: weighted(1, 2, 3),
    draftLengths: [1, 1, 1],
    defaultProposer: 1,
    memberSampling: [{ topK: 1 }, {}, { topK: 2, minP: 0.3 }],
    prompts: [[2], [0, 1, 0, 2], [1, 1]],
    vocabSize: 3,
    tokens: 4,
  },
  {
    name: 'three members, one truncation for all',
    combine: weighted(0.2, 0.5, 0.3),
    draftLengths: [2, 1, 1],
    sampling: { temperature: 1.4, topK: 2, topP: 0.9, minP: 0.05 },
    vocabSize: 3,
    tokens: 5,
  },
  {
    name: 'three members, product of experts, top-p',
    combine: geometric(1.5, -1.2, 0.6),
    draftLengths: [1, 2, 1],
    defaultProposer: 1,
    sampling: { temperature: 0.8, topP: 0.85 },
    memberSampling: [{ temperature: 0.5 }],
    vocabSize: 3,
    tokens: 5,
  },
  {
    name: 'a product of experts whose first weight is negative, top-p',
    combine: geometric(-1, 0.4),
    draftLengths: [1, 2],
    defaultProposer: 1,
    sampling: { temperature: 0.8, topP: 0.85 },
    vocabSize: 3,
    tokens: 5,
  },
  {
    name: 'contrastive with its mask, top-k',
    combine: { kind: 'contrastive', mu: 0.9, alpha: 0.4 },
    draftLengths: [1, 2],
    defaultProposer: 1,
    sampling: { temperature: 0.7, topK: 2 },
    vocabSize: 3,
    seed: 5,
    tokens: 5,
  },
  {
    name: 'contrastive with a mask that leaves one token',
    combine: { kind: 'contrastive', mu: 0.9, alpha: 1 },
    schedule: 'naive',
    draftLengths: [2, 2],
    defaultProposer: 1,
    vocabSize: 3,
    seed: 5,
    tokens: 5,
  },
  {
    name: 'three members, custom',
    combine: greatestSquared,
    draftLengths: [2, 1, 2],
    defaultProposer: 2,
    tokens: 5,
  },
  {
    name: 'three members, custom, truncation',
    combine: greatestSquared,
    draftLengths: [1, 1, 1],
    defaultProposer: 1,
    sampling: { temperature: 1.2, topP: 0.8 },
    vocabSize: 3,
    tokens: 4,
  },
  {
    name: 'three members, coupled',
    combine: weighted(1, 2, 3),
    acceptance: { kind: 'coupled' },
    draftLengths: [1, 2, 1],
    defaultProposer: 2,
    tokens: 4,
  },
  {
    name: 'four members, four draft lengths',
    combine: weighted(0.1, 0.4, 0.3, 0.2),
    draftLengths: [2, 1, 3, 1],
    defaultProposer: 3,
    tokens: 5,
  },
  {
    name: 'three members at T = 0, whatever truncation and temperatures',
    combine: weighted(1, 3, 1.5),
    draftLengths: [4, 2, 5],
    defaultProposer: 1,
    sampling: { temperature: 0, topK: 1 },
    memberSampling: [{ temperature: 3 }],
    vocabSize: 3,
    tokens: 12,
  },
  {
    name: 'a long draft, top-p',
    combine: weighted(1, 1),
    draftLengths: [6, 1],
    sampling: { topP: 0.55 },
    tokens: 9,
  },
];

async function expectSameLaw({
  tokens,
  ...options
}: ReferenceCase & { readonly tokens: number }): Promise<void> {
  const { reference, decode } = bothOf(options);
  const law = await enumerateLaw(decode, tokens);
  const worst = largestDifference(law, referenceLaw(reference, tokens));
  expect(worst.difference, `text ${worst.text}: ${worst.actual} instead of ${worst.expected}`).toBeLessThan(
    1e-9,
  );
}

test.each(cases)('$name: the joint law is that of the reference below 1e-9', async (options) => {
  await expectSameLaw(options);
});

describe('three members, fixed roles', () => {
  const fixed = (['naive', 'black-box'] as const).flatMap((schedule) =>
    [0, 1, 2].flatMap((defaultProposer) => [1, 2, 3].map((gamma) => ({ schedule, defaultProposer, gamma }))),
  );
  test.each(fixed)(
    '$schedule, γ = $gamma, member $defaultProposer proposes',
    async ({ schedule, defaultProposer, gamma }) => {
      for (const [combine, sampling] of [
        [weighted(0.2, 0.5, 0.3), { topP: 0.8 }],
        [geometric(1, 0.5, -0.4), { temperature: 1.3 }],
      ] as const) {
        const draftLengths = [3, 3, 3].with(defaultProposer, gamma);
        await expectSameLaw({
          combine,
          sampling,
          schedule,
          draftLengths,
          defaultProposer,
          tokens: gamma + 3,
        });
      }
    },
  );
});
