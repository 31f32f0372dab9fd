import { describe, expect, test } from 'vitest';
import { PhiloxSource } from '../random/philox-source.ts';
import type { RandomSource } from '../random/random-source.ts';
import { type AcceptanceChoice, createAcceptance } from './create-acceptance.ts';

const criteria: readonly AcceptanceChoice[] = [
  { kind: 'exact' },
  { kind: 'lenient', leniency: 1.5 },
  { kind: 'lenient', leniency: 4 },
  { kind: 'typical', epsilon: 0.3, delta: 0.09 },
  { kind: 'typical', epsilon: 0.6, delta: 2 },
];
const pairs = [
  { q: [0.5, 0.3, 0.2], r: [0.2, 0.3, 0.5] },
  { q: [1, 0, 0], r: [0.1, 0.6, 0.3] },
  { q: [0.7, 0.2, 0.1], r: [0, 0, 1] },
  { q: [0.25, 0.25, 0.5], r: [0.25, 0.25, 0.5] },
];

/**
 * Law of the committed token [vocabSize] by walking every branch of `decide`: the proposal's draw is weighted by q,
 * the others by what the random source is asked for.
 */
function committedLaw(choice: AcceptanceChoice, q: Float64Array, r: Float64Array): Float64Array {
  const acceptance = createAcceptance(choice);
  const law = new Float64Array(q.length);
  for (const [proposed, probability] of q.entries()) {
    if (probability === 0) continue;
    for (const happened of [true, false]) {
      for (let recovered = 0; recovered < q.length; recovered++) {
        let branch = probability;
        let askedToRecover = false;
        let flipped = false;
        const random: RandomSource = {
          bernoulli(a) {
            flipped = true;
            branch *= happened ? a : 1 - a;
            return { happened, u: 0 };
          },
          categorical(weights) {
            askedToRecover = true;
            branch *= weights[recovered] / weights.reduce((sum, weight) => sum + weight, 0);
            return recovered;
          },
        };
        const decision = acceptance.decide(proposed, q, r, 0, random, new Float64Array(q.length));
        // A criterion without a coin gives both `happened` the same branch: count it once.
        if (!flipped && !happened) continue;
        if (!askedToRecover && recovered > 0) continue;
        law[decision.committed] += branch;
      }
    }
  }
  return law;
}

describe.each(criteria)('%o', (choice) => {
  test.each(pairs)(
    'q = $q, r = $r: the law of the committed token is off r by the reported deviation',
    ({ q, r }) => {
      const [draft, target] = [Float64Array.from(q), Float64Array.from(r)];
      const law = committedLaw(choice, draft, target);
      expect(law.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      const variation = law.reduce((sum, p, token) => sum + Math.abs(p - r[token]), 0) / 2;
      const reported = createAcceptance(choice).deviation?.(draft, target, new Float64Array(3)) ?? 0;
      expect(reported).toBeCloseTo(variation, 12);
      if (choice.kind === 'exact') expect(variation).toBeLessThan(1e-12);
    },
  );
});

test('lenient accepts more the larger ℓ is, and what it costs grows with it', () => {
  const [q, r] = [Float64Array.from([0.6, 0.3, 0.1]), Float64Array.from([0.2, 0.3, 0.5])];
  const deviations = [1.1, 1.5, 2, 3].map(
    (leniency) => createAcceptance({ kind: 'lenient', leniency }).deviation?.(q, r, new Float64Array(3)) ?? 0,
  );
  expect(deviations).toEqual([...deviations].sort((a, b) => a - b));
  expect(deviations[0]).toBeGreaterThan(0);
});

describe('coupled', () => {
  test('commits what plain sampling from r draws at that position, whatever was proposed', () => {
    const coupled = createAcceptance({ kind: 'coupled' });
    const random = new PhiloxSource(5);
    const r = Float64Array.from([0.2, 0.3, 0.5]);
    for (let position = 0; position < 200; position++) {
      const drawn = random.categorical(r, { position, purpose: 'token' });
      for (let proposed = 0; proposed < 3; proposed++) {
        const decision = coupled.decide(proposed, r, r, position, random, new Float64Array(3));
        expect(decision).toEqual({ accepted: proposed === drawn, u: null, committed: drawn });
      }
    }
  });

  test('accepts with a probability between (1 − TV) / (1 + TV) and 1 − TV', () => {
    const coupled = createAcceptance({ kind: 'coupled' });
    const random = new PhiloxSource(6);
    const [q, r] = [Float64Array.from([0.6, 0.3, 0.1]), Float64Array.from([0.3, 0.3, 0.4])];
    const variation = 0.3;
    let accepted = 0;
    const draws = 20_000;
    for (let position = 0; position < draws; position++) {
      const proposed = random.categorical(q, { position, purpose: coupled.proposalPurpose });
      if (coupled.decide(proposed, q, r, position, random, new Float64Array(3)).accepted) accepted++;
    }
    // Three standard deviations of a share of 20,000 draws are 0.011.
    expect(accepted / draws).toBeGreaterThan((1 - variation) / (1 + variation) - 0.011);
    expect(accepted / draws).toBeLessThan(1 - variation + 0.011);
  });
});

test('trap: under the ratio rule proposals, verdicts and recoveries use separate noise', () => {
  const asked: string[] = [];
  const random: RandomSource = {
    categorical(_weights, { purpose }) {
      asked.push(purpose);
      return 0;
    },
    bernoulli(_probability, { purpose }) {
      asked.push(purpose);
      return { happened: false, u: 1 };
    },
  };
  const exact = createAcceptance({ kind: 'exact' });
  exact.decide(0, Float64Array.from([1, 0]), Float64Array.from([0.5, 0.5]), 3, random, new Float64Array(2));
  expect([exact.proposalPurpose, ...asked]).toEqual(['proposal', 'accept', 'recover']);
});

test('trap: noise shared between a proposal and its recovery biases what is committed', () => {
  const exact = createAcceptance({ kind: 'exact' });
  const philox = new PhiloxSource(9);
  const shared: RandomSource = {
    bernoulli: (probability, key) => philox.bernoulli(probability, key),
    categorical: (weights, { position, purpose }) =>
      philox.categorical(weights, {
        position,
        purpose: purpose === 'recover' ? exact.proposalPurpose : purpose,
      }),
  };
  const [q, r] = [Float64Array.from([0.5, 0.35, 0.1, 0.05]), Float64Array.from([0.1, 0.4, 0.2, 0.3])];
  const draws = 20_000;
  const chiSquareOf = (random: RandomSource): number => {
    const counts = [0, 0, 0, 0];
    for (let position = 0; position < draws; position++) {
      const proposed = random.categorical(q, { position, purpose: exact.proposalPurpose });
      counts[exact.decide(proposed, q, r, position, random, new Float64Array(4)).committed]!++;
    }
    return counts.reduce(
      (sum, count, token) => sum + (count - draws * r[token]!) ** 2 / (draws * r[token]!),
      0,
    );
  };
  // The 0.999 quantile for three degrees of freedom.
  expect(chiSquareOf(philox)).toBeLessThan(16.3);
  expect(chiSquareOf(shared)).toBeGreaterThan(10 * 16.3);
});
