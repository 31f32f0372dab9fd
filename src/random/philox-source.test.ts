import { describe, expect, test } from 'vitest';
import { PhiloxSource } from './philox-source.ts';
import type { DrawKey } from './random-source.ts';

const at = (position: number, purpose: DrawKey['purpose'] = 'token'): DrawKey => ({ position, purpose });

/** Pearson's statistic of `counts` against `probabilities`. */
function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  const draws = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count, index) => {
    const expected = draws * probabilities[index];
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

describe('categorical', () => {
  test('is a function of seed, position and purpose alone', () => {
    const weights = Float64Array.from({ length: 50 }, (_, index) => 1 + (index % 7));
    const draw = (seed: number, key: DrawKey) => new PhiloxSource(seed).categorical(weights, key);
    const source = new PhiloxSource(7);
    source.categorical(weights, at(3));
    source.bernoulli(0.5, at(9, 'accept'));
    expect(source.categorical(weights, at(4))).toBe(draw(7, at(4)));
    const draws = new Set([draw(7, at(4)), draw(8, at(4)), draw(7, at(5)), draw(7, at(4, 'proposal'))]);
    expect(draws.size).toBeGreaterThan(1);
  });

  test('tells seeds apart beyond 32 bits', () => {
    const weights = new Float64Array(1000).fill(1);
    const draws = [1, 2 ** 32 + 1, 2 ** 40 + 1].map((seed) =>
      new PhiloxSource(seed).categorical(weights, at(0)),
    );
    expect(new Set(draws).size).toBe(3);
  });

  test('gives the same index whatever positive factor the weights carry', () => {
    const weights = Float64Array.from([0.1, 0.4, 0.2, 0.3, 0.7]);
    const scaled = weights.map((weight) => weight * 1e-9);
    const source = new PhiloxSource(11);
    for (let position = 0; position < 200; position++) {
      expect(source.categorical(scaled, at(position))).toBe(source.categorical(weights, at(position)));
    }
  });

  test('never draws an index without weight, and always the only one with weight', () => {
    const source = new PhiloxSource(3);
    for (let position = 0; position < 100; position++) {
      expect(source.categorical(Float64Array.from([0, 0, 0, 0, 0, 1e-300]), at(position))).toBe(5);
    }
    expect(() => source.categorical(new Float64Array(4), at(0))).toThrow(RangeError);
  });

  test('follows peaked weights: 20,000 draws, chi-square with 3 degrees of freedom below 16.3 (p = 0.001)', () => {
    const probabilities = [0.02, 0.9, 0.05, 0.03];
    const counts = [0, 0, 0, 0];
    const source = new PhiloxSource(2026);
    const weights = Float64Array.from(probabilities);
    for (let position = 0; position < 20_000; position++) counts[source.categorical(weights, at(position))]++;
    expect(chiSquare(counts, probabilities)).toBeLessThan(16.3);
  });
});

describe('bernoulli', () => {
  test('never happens at probability 0 and always at 1', () => {
    const source = new PhiloxSource(5);
    for (let position = 0; position < 1000; position++) {
      expect(source.bernoulli(0, at(position, 'accept')).happened).toBe(false);
      expect(source.bernoulli(1, at(position, 'accept')).happened).toBe(true);
    }
  });

  test('happens as often as its probability says, and independently of the draft draw at its position', () => {
    const source = new PhiloxSource(99);
    const weights = Float64Array.from([0.5, 0.5]);
    const counts = [0, 0, 0, 0];
    for (let position = 0; position < 20_000; position++) {
      const drafted = source.categorical(weights, at(position, 'proposal'));
      counts[2 * drafted + (source.bernoulli(0.3, at(position, 'accept')).happened ? 1 : 0)]++;
    }
    expect(chiSquare(counts, [0.35, 0.15, 0.35, 0.15])).toBeLessThan(16.3);
  });
});
