import { expect, test } from 'vitest';
import { largestDifference } from './analytic-law.ts';
import { enumerateLaw } from './enumerate-law.ts';
import { bothOf, type ReferenceCase } from './reference-case.ts';

/** The law of the first `tokens` tokens by one of more of them. */
function marginal(law: ReadonlyMap<string, number>, tokens: number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [text, probability] of law) {
    const first = text.slice(0, tokens);
    sums.set(first, (sums.get(first) ?? 0) + probability);
  }
  return sums;
}

const two = { combine: { kind: 'weighted', weights: [0.3, 0.7] }, draftLengths: [3, 1] } as const;
const three = { combine: { kind: 'weighted', weights: [0.2, 0.5, 0.3] }, draftLengths: [2, 1, 2] } as const;

test.each<ReferenceCase & { name: string }>([
  { name: 'alternate', ...two },
  {
    name: 'alternate, coupled',
    ...two,
    draftLengths: [1, 3],
    defaultProposer: 1,
    acceptance: { kind: 'coupled' },
  },
  {
    name: 'alternate, three members, typical',
    ...three,
    acceptance: { kind: 'typical', epsilon: 0.3, delta: 0.4 },
  },
  { name: 'naive', ...two, schedule: 'naive' },
  { name: 'black-box', ...two, schedule: 'black-box' },
])(
  '$name: the law of two or three tokens, where no draw behind them branches, is that of five, summed',
  async ({ name: _, ...options }) => {
    const { decode } = bothOf(options);
    const longer = await enumerateLaw(decode, 5);
    for (const tokens of [2, 3]) {
      const worst = largestDifference(await enumerateLaw(decode, tokens), marginal(longer, tokens));
      expect(worst.difference, `text ${worst.text}`).toBeLessThan(1e-12);
    }
  },
);
