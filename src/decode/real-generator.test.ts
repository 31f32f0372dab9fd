import { describe, expect, test } from 'vitest';
import { PhiloxSource } from '../random/philox-source.ts';
import { type FakeDecodeOptions, finishFakeDecode, prepareFakeDecode } from './testing/fake-decode.ts';
import { bothOf, type ReferenceCase } from './testing/reference-case.ts';
import { referenceLaw } from './testing/reference-law.ts';

const draws = 20_000;

type GeneratorCase = ReferenceCase & { readonly name: string; readonly tokens: number };

const lossless: GeneratorCase[] = [
  {
    name: 'alternate, weighted, γ = (2,1)',
    combine: { kind: 'weighted', weights: [0.4, 0.6] },
    draftLengths: [2, 1],
    tokens: 3,
  },
  {
    name: 'alternate, contrastive, T = .7',
    combine: { kind: 'contrastive', mu: 0.4, alpha: 0.1 },
    draftLengths: [1, 1],
    sampling: { temperature: 0.7 },
    tokens: 3,
  },
  {
    name: 'alternate, three members, coupled, top-p .9',
    combine: { kind: 'weighted', weights: [0.3, 0.3, 0.4] },
    draftLengths: [1, 2, 1],
    acceptance: { kind: 'coupled' },
    sampling: { topP: 0.9 },
    tokens: 3,
  },
  {
    name: 'naive, geometric, top-k 3',
    combine: { kind: 'geometric', weights: [1.2, -0.3] },
    schedule: 'naive',
    draftLengths: [2, 1],
    sampling: { topK: 3 },
    tokens: 3,
  },
  {
    name: 'black-box, weighted, min-p .05',
    combine: { kind: 'weighted', weights: [0.5, 0.5] },
    schedule: 'black-box',
    draftLengths: [2, 1],
    defaultProposer: 1,
    sampling: { minP: 0.05 },
    tokens: 3,
  },
];
const lossy: GeneratorCase[] = [
  {
    name: 'alternate, contrastive, lenient',
    combine: { kind: 'contrastive', mu: 0.4, alpha: 0.1 },
    acceptance: { kind: 'lenient', leniency: 2 },
    draftLengths: [1, 1],
    tokens: 3,
  },
  {
    name: 'alternate, three members, typical, top-k 3',
    combine: { kind: 'weighted', weights: [0.3, 0.3, 0.4] },
    acceptance: { kind: 'typical', epsilon: 0.3, delta: 0.3 },
    draftLengths: [1, 1, 1],
    defaultProposer: 1,
    sampling: { topK: 3 },
    tokens: 3,
  },
  {
    name: 'black-box, geometric, lenient, T = 1.2',
    combine: { kind: 'geometric', weights: [0.7, 0.5] },
    schedule: 'black-box',
    acceptance: { kind: 'lenient', leniency: 1.5 },
    draftLengths: [2, 1],
    sampling: { temperature: 1.2 },
    tokens: 3,
  },
];

const peaked = { vocabSize: 4, seed: 30, spread: 3 };

/** How often each text is what the first `tokens` tokens of `maxTokens` are. */
async function textsOf(
  decode: Omit<FakeDecodeOptions, 'random'>,
  tokens: number,
  maxTokens = tokens,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const start = prepareFakeDecode({ ...decode, maxTokens });
  for (let seed = 0; seed < draws; seed++) {
    const { text } = await finishFakeDecode(start(new PhiloxSource(seed)));
    const first = text.slice(0, tokens);
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  return counts;
}

describe('20,000 texts of the real generator have a chi-square below its 0.999 quantile', () => {
  test.each(lossless)('$name', async ({ tokens, ...options }) => {
    const { reference, decode } = bothOf({ ...options, ...peaked });
    const counts = await textsOf(decode, tokens);
    expect(excessOf(counts, referenceLaw(reference, tokens))).toBeLessThan(1);
  });

  test('mixture, T = 1.3', async () => {
    const { reference, decode } = bothOf({
      combine: { kind: 'weighted', weights: [0.3, 0.7] },
      schedule: 'naive',
      draftLengths: [1, 1],
      sampling: { temperature: 1.3 },
      ...peaked,
    });
    const method = { ...decode.method, schedule: 'mixture' as const };
    const counts = await textsOf({ ...decode, method }, 3);
    expect(excessOf(counts, referenceLaw(reference, 3))).toBeLessThan(1);
  });

  test.each(lossy)(
    '$name: against the law of the criterion, and far above it against r',
    async ({ tokens, ...options }) => {
      const { reference, decode } = bothOf({ ...options, ...peaked });
      // Near its limit a text is drafted less, and a lossy one so is less lossy.
      const counts = await textsOf(decode, tokens, tokens + 2);
      expect(excessOf(counts, referenceLaw(reference, tokens))).toBeLessThan(1);
      const r = referenceLaw({ ...reference, acceptance: { kind: 'exact' } }, tokens);
      expect(excessOf(counts, r)).toBeGreaterThan(3);
    },
  );
});

/** Chi-square in units of its 0.999 quantile. */
function excessOf(counts: ReadonlyMap<string, number>, law: ReadonlyMap<string, number>): number {
  const { statistic, freedom } = chiSquare(counts, law);
  // Wilson and Hilferty's approximation of the quantile; 3.09 is the normal one.
  return statistic / (freedom * (1 - 2 / (9 * freedom) + 3.09 * Math.sqrt(2 / (9 * freedom))) ** 3);
}

/** Pearson's statistic; texts expected less than 5 times share one cell. */
function chiSquare(counts: ReadonlyMap<string, number>, law: ReadonlyMap<string, number>) {
  let statistic = 0;
  let freedom = -1;
  const rare = { expected: 0, seen: draws };
  for (const [text, probability] of law) {
    const expected = draws * probability;
    if (expected < 5) {
      rare.expected += expected;
      continue;
    }
    const seen = counts.get(text) ?? 0;
    rare.seen -= seen;
    statistic += (seen - expected) ** 2 / expected;
    freedom++;
  }
  if (rare.expected > 0) {
    statistic += (rare.seen - rare.expected) ** 2 / rare.expected;
    freedom++;
  }
  return { statistic, freedom };
}
