import { expect, test } from 'vitest';
import { compare, comparisonPage, type Sample } from './comparison.ts';

const sample = (variant: string, seed: number, tokensPerSecond: number): Sample => ({
  prompt: 'Long ago',
  seed,
  variant,
  tokens: 50,
  tokensPerSecond,
  acceptanceRate: variant === 'plain' ? null : 0.9,
  tokensPerRound: 1,
  time: { forward: 800 / tokensPerSecond, sampling: 150 / tokensPerSecond, rest: 50 / tokensPerSecond },
});

test('ratios are taken within a cell, not between medians', () => {
  const [plain, fast] = compare(
    [sample('plain', 1, 10), sample('fast', 1, 20), sample('plain', 2, 100), sample('fast', 2, 200)],
    'plain',
  );

  expect(plain).toMatchObject({ ratio: { median: 1 }, acceptanceRate: null });
  expect(fast).toMatchObject({ ratio: { lower: 2, median: 2, upper: 2, count: 2 } });
});

test('a sample without its counterpart is left out', () => {
  const [, fast] = compare([sample('plain', 1, 10), sample('fast', 1, 20), sample('fast', 2, 900)], 'plain');

  expect(fast.tokensPerSecond.count).toBe(1);
});

test('the page has a row for each variant', () => {
  const page = comparisonPage(compare([sample('plain', 1, 10), sample('fast', 1, 25)], 'plain'), 60);

  expect(page).toContain('| plain | 10.0 (10.0–10.0) | 1.00 (1.00–1.00) | – | 1.00 (1.00–1.00) | 1 |');
  expect(page).toContain('| fast | 25.0 (25.0–25.0) | 2.50 (2.50–2.50) | 0.900 (0.900–0.900) |');
  expect(page).toContain('| plain | 80.00 + 15.00 + 5.00 |');
});
