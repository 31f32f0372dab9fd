import { describe, expect, test } from 'vitest';
import { comparePasses, passRate, wilsonInterval } from './pass-rates.ts';

// Published by Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('Wilson’s interval of %d in %d', (passed, trials, lower, upper) => {
  const interval = wilsonInterval(passed / trials, trials);
  expect(interval.lower).toBeCloseTo(lower, 4);
  expect(interval.upper).toBeCloseTo(upper, 4);
});

test('a pass rate is the share of the texts that passed; none without texts', () => {
  const judged = [true, true, false, true].map((passed, prompt) => ({ prompt, passed }));
  expect(passRate(judged)).toEqual({ passed: 3, judged: 4, rate: 0.75, ...wilsonInterval(0.75, 4) });
  expect(passRate([])).toBeNull();
});

describe('several seeds per prompt count', () => {
  /** 10 prompts with 4 seeds; `passes` says which seed of which prompt passes. */
  const width = (passes: (prompt: number, seed: number) => boolean): number => {
    const rate = passRate(
      Array.from({ length: 40 }, (_, index) => ({
        prompt: index % 10,
        passed: passes(index % 10, Math.floor(index / 10)),
      })),
    )!;
    return rate.upper - rate.lower;
  };
  const widthOf = (rate: number, trials: number): number => {
    const { lower, upper } = wilsonInterval(rate, trials);
    return upper - lower;
  };

  test('as one where they agree', () => {
    expect(width((prompt) => prompt < 5)).toBeCloseTo(widthOf(0.5, 10));
    expect(width(() => true)).toBeCloseTo(widthOf(1, 10));
  });

  test('each where prompts do not matter', () => {
    expect(width((_, seed) => seed < 2)).toBeCloseTo(widthOf(0.5, 40));
  });
});

/** Pairs of a table: both, only the method, only the reference, neither. */
const pairsOf = (table: readonly number[]) =>
  table.flatMap((count, kind) =>
    Array.from({ length: count }, () => ({ method: kind < 2, reference: kind === 0 || kind === 2 })),
  );
const compare = (...table: readonly number[]) =>
  comparePasses(pairsOf(table).map((pair, prompt) => ({ prompt, ...pair })))!;

describe('pass rates of pairs', () => {
  test('count where only one passes', () => {
    const { difference, ...counts } = compare(12, 1, 3, 4);
    expect(counts).toEqual({ compared: 20, onlyMethod: 1, onlyReference: 3 });
    expect(difference.value).toBeCloseTo(-0.1);
    expect(comparePasses([])).toBeNull();
  });

  test('have the published interval', () => {
    // Newcombe (1998), "Improved confidence intervals for … paired data", table II.
    const { lower, upper } = compare(36, 12, 2, 0).difference;
    expect(lower).toBeCloseTo(0.0569, 4);
    expect(upper).toBeCloseTo(0.3404, 4);
  });

  test.each([
    [20, 0, 0, 0],
    [10, 0, 0, 10],
  ])('that agree on all prompts (%d, %d, %d, %d) may still differ on others', (...table) => {
    const { value, lower, upper } = compare(...table).difference;
    expect(value).toBe(0);
    expect(lower).toBeLessThan(-0.08);
    expect(upper).toBeCloseTo(-lower);
  });

  test.each([
    [0.6, 0.1, 0.1, 0.2],
    [0.5, 0.05, 0.15, 0.3],
    [0.85, 0.02, 0.08, 0.05],
    [0.3, 0.2, 0.2, 0.3],
  ])('are covered by the interval in 94 of 100 samples at least, at %d, %d, %d, %d', (...chances) => {
    const size = 16;
    let covered = 0;
    for (let a = 0; a <= size; a++)
      for (let b = 0; a + b <= size; b++)
        for (let c = 0; a + b + c <= size; c++) {
          const table = [a, b, c, size - a - b - c];
          const { lower, upper } = compare(...table).difference;
          const difference = chances[1] - chances[2];
          if (lower <= difference && difference <= upper) covered += chanceOf(table, chances);
        }
    expect(covered).toBeGreaterThan(0.94);
  });
});

/** Of a table of counts, where each pair falls into a field with these chances. */
function chanceOf(table: readonly number[], chances: readonly number[]): number {
  let left = table.reduce((sum, count) => sum + count, 0);
  let chance = 1;
  for (const [field, count] of table.entries())
    for (let each = 1; each <= count; each++) chance *= (chances[field] * left--) / each;
  return chance;
}
