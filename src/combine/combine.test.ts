import { describe, expect, test } from 'vitest';
import { EngineError } from '../errors/engine-error.ts';
import { argmax } from '../sample/distribution.ts';
import { type SamplingParameters, untruncated } from '../sample/sampling-parameters.ts';
import type { Combine } from './combine.ts';
import { contrastiveCombine } from './contrastive-combine.ts';
import { type CustomCombineModule, customCombine, loadCustomCombine } from './custom-combine.ts';
import { geometricCombine } from './geometric-combine.ts';
import { weightedCombine } from './weighted-combine.ts';

function combined(
  combine: Combine,
  rows: readonly (readonly number[])[],
  sampling: Partial<SamplingParameters> = {},
  memberSampling: readonly Partial<SamplingParameters>[] = [],
): number[] {
  const full = { ...untruncated, ...sampling };
  const out = new Float64Array(rows[0].length);
  combine.distribution(
    rows.map((row, member) => ({
      logits: Float32Array.from(row),
      sampling: { ...full, ...memberSampling[member] },
    })),
    full,
    out,
  );
  return [...out];
}

const softmax = (logits: readonly number[]): number[] => {
  const weights = logits.map(Math.exp);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
};

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  for (const [token, probability] of expected.entries())
    expect(actual[token], `token ${token}`).toBeCloseTo(probability, 6);
}

const a = [2, 0, -1];
const b = [-1, 1, 0.5];

describe('weighted', () => {
  test('mixes probabilities, each member with its own temperature and truncation first', () => {
    const mixed = combined(weightedCombine([0.25, 0.75]), [a, b], {}, [{ temperature: 2 }, { topK: 1 }]);
    const pa = softmax(a.map((logit) => logit / 2));
    expectClose(
      mixed,
      pa.map((p, token) => 0.25 * p + 0.75 * (token === 1 ? 1 : 0)),
    );
  });

  test.each([
    { weights: [3, 1], shares: [0.75, 0.25] },
    { weights: [1e308, 1e308], shares: [0.5, 0.5] },
    { weights: [5e-324, 5e-324], shares: [0.5, 0.5] },
  ])('divides its weights $weights by their sum', ({ weights, shares }) => {
    expectClose(combined(weightedCombine(weights), [a, b]), combined(weightedCombine(shares), [a, b]));
  });

  test('takes a member’s own distribution where that is known, and makes it of the logits where not', () => {
    const known = Float64Array.from([0.5, 0.25, 0.25]);
    const out = new Float64Array(3);
    const rows = [
      { logits: Float32Array.from(a), sampling: untruncated, own: known },
      { logits: Float32Array.from(b), sampling: untruncated, own: null },
    ];
    weightedCombine([0.5, 0.5]).distribution(rows, untruncated, out);
    const pb = softmax(b);
    expectClose(
      [...out],
      pb.map((p, token) => 0.5 * known[token] + 0.5 * p),
    );
  });

  test('trap: its largest entry need be no member’s own argmax', () => {
    const rows = [
      [Math.log(0.5), Math.log(0.4), Math.log(0.1)],
      [Math.log(0.1), Math.log(0.4), Math.log(0.5)],
    ];
    expect(argmax(Float64Array.from(combined(weightedCombine([0.5, 0.5]), rows)))).toBe(1);
  });
});

describe('contrastive', () => {
  test('trap: subtracts raw logits, and the temperature comes after', () => {
    const expected = softmax(a.map((logit, token) => (logit - 0.5 * b[token]) / 2));
    expectClose(combined(contrastiveCombine(0.5, 0), [a, b], { temperature: 2 }), expected);
  });

  test('trap: truncation works on the result, not on the members', () => {
    const result = combined(
      contrastiveCombine(1, 0),
      [
        [3, 2, 0],
        [3, 0, 0],
      ],
      { topK: 1 },
    );
    expectClose(result, [0, 1, 0]);
  });

  test('is the geometric combination (1, −μ)', () => {
    expectClose(combined(contrastiveCombine(0.3, 0), [a, b]), combined(geometricCombine([1, -0.3]), [a, b]));
  });

  test('the α-mask keeps tokens with at least α times the expert’s largest raw probability, whatever T', () => {
    const expert = [Math.log(0.6), Math.log(0.31), Math.log(0.09)];
    const masked = combined(contrastiveCombine(0.5, 0.5), [expert, b], { temperature: 3 });
    expect(masked[2]).toBe(0);
    expect(masked[1]).toBeGreaterThan(0);
    expect(combined(contrastiveCombine(0.5, 0.52), [expert, b])[1]).toBe(0);
  });
});

describe('−∞ coming in', () => {
  test.each([
    {
      name: 'weighted: the other member may still draw it',
      combine: weightedCombine([0.5, 0.5]),
      possible: true,
    },
    { name: 'geometric: it is ruled out', combine: geometricCombine([0.5, 0.5]), possible: false },
    {
      name: 'geometric: a member of weight 0 rules nothing out',
      combine: geometricCombine([0, 1]),
      possible: true,
    },
    { name: 'contrastive: the expert rules it out', combine: contrastiveCombine(0.5, 0), possible: false },
  ])('$name', ({ combine, possible }) => {
    const result = combined(combine, [
      [-Infinity, 1, 0],
      [1, 1, 0],
    ]);
    expect(result[0] > 0).toBe(possible);
    expect(result.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  });

  test('contrastive: what the amateur rules out does not become certain', () => {
    expect(
      combined(contrastiveCombine(0.5, 0), [
        [1, 1, 0],
        [-Infinity, 1, 0],
      ])[0],
    ).toBe(0);
  });
});

describe('custom', () => {
  const custom = (module: CustomCombineModule) => customCombine(module, 'mine.js');

  test('rawLogits combined: the request’s temperature and truncation come after', () => {
    const module = {
      rawLogits: ([x, y]: readonly Float64Array[]) => x.map((logit, token) => logit - 0.5 * y[token]),
    };
    const sampling = { temperature: 2, topK: 2 };
    expectClose(
      combined(custom(module), [a, b], sampling),
      combined(contrastiveCombine(0.5, 0), [a, b], sampling),
    );
  });

  test('logits come after each member’s truncation: what is cut is −∞', () => {
    const seen: number[][] = [];
    const module = {
      logits: (rows: readonly Float64Array[]) => {
        seen.push(...rows.map((row) => [...row]));
        return rows[0];
      },
    };
    const result = combined(custom(module), [a, b], { topK: 1 });
    expect(seen.map((row) => row.map((logit) => logit === -Infinity))).toEqual([
      [false, true, true],
      [true, false, true],
    ]);
    expectClose(result, [1, 0, 0]);
  });

  test('logits are those divided by T, not moved by a constant a row', () => {
    const larger = ([x, y]: readonly Float64Array[]) => x.map((logit, token) => Math.max(logit, y[token]));
    const rows = [
      [10, 9, 0],
      [1, 0, 0],
    ];
    expectClose(combined(custom({ logits: larger }), rows), softmax([10, 9, 0]));
    expectClose(combined(custom({ logits: larger }), rows, { temperature: 2 }), softmax([5, 4.5, 0]));
  });

  test('logits are −∞ where truncation cut, and not where a probability is too small for a number', () => {
    const mean = ([x, y]: readonly Float64Array[]) => x.map((logit, token) => (logit + y[token]) / 2);
    const rows = [
      [0, -40, -90],
      [-40, 0, -90],
    ];
    expectClose(combined(custom({ logits: mean }), rows, { temperature: 0.05 }), [0.5, 0.5, 0]);
    // The whole quotient is no number either.
    expectClose(combined(custom({ logits: mean }), rows, { temperature: 1e-307 }), [0.5, 0.5, 0]);
  });

  test('logits follow each member’s own temperature and truncation', () => {
    const first = ([x]: readonly Float64Array[]) => x;
    const own = [{ temperature: 2, topP: 0.7 }, { temperature: 0.5 }];
    expectClose(
      combined(custom({ logits: first }), [a, b], {}, own),
      combined(weightedCombine([1, 0]), [a, b], {}, own),
    );
  });

  test('probabilities see each member’s distribution, and their sum is made 1', () => {
    const module = { probabilities: ([x, y]: readonly Float64Array[]) => x.map((p, token) => p + y[token]) };
    expectClose(combined(custom(module), [a, b]), combined(weightedCombine([0.5, 0.5]), [a, b]));
  });

  test('probabilities may be of any size: their sum need not be a number', () => {
    expectClose(combined(custom({ probabilities: () => [1e308, 1e308, 2e307] }), [a, b]), [
      5 / 11,
      5 / 11,
      1 / 11,
    ]);
  });

  test('hooks run in order; one that answers a row a member passes them on', () => {
    const module = {
      rawLogits: (rows: readonly Float64Array[]) => rows.map((row) => row.map((logit) => 2 * logit)),
      probabilities: ([x, y]: readonly Float64Array[]) => x.map((p, token) => 0.5 * (p + y[token])),
    };
    const doubled = [a, b].map((row) => row.map((logit) => 2 * logit));
    expectClose(combined(custom(module), [a, b]), combined(weightedCombine([0.5, 0.5]), doubled));
  });

  test.each([
    {
      name: 'throws',
      module: {
        rawLogits: () => {
          throw new TypeError('oh');
        },
      },
      hook: 'rawLogits',
      says: 'oh',
    },
    {
      name: 'answers NaN',
      module: { rawLogits: () => [0, Number.NaN, 0] },
      hook: 'rawLogits',
      says: 'NaN at token 1',
    },
    {
      name: 'answers nothing possible',
      module: { logits: () => [-Infinity, -Infinity, -Infinity] },
      hook: 'logits',
      says: 'only -Infinity',
    },
    {
      name: 'answers a negative probability',
      module: { probabilities: () => [0.5, -0.1, 0.6] },
      hook: 'probabilities',
      says: '-0.1 at token 1',
    },
    {
      name: 'answers no probability',
      module: { probabilities: () => [0, 0, 0] },
      hook: 'probabilities',
      says: 'no positive',
    },
    {
      name: 'answers a short row',
      module: { probabilities: () => [1] },
      hook: 'probabilities',
      says: '1 entries: 3',
    },
    {
      name: 'answers nothing',
      module: { rawLogits: () => undefined as unknown as number[] },
      hook: 'rawLogits',
      says: 'undefined',
    },
    {
      name: 'throws what has no text',
      module: {
        probabilities: () => {
          throw Object.create(null);
        },
      },
      hook: 'probabilities',
      says: 'threw a value that has no text',
    },
    {
      name: 'answers later',
      module: { probabilities: async () => [1, 0, 0] },
      hook: 'probabilities',
      says: 'answered with a Promise: hooks must not be async',
    },
    {
      name: 'answers an object',
      module: { logits: () => ({}) },
      hook: 'logits',
      says: 'TypeError',
    },
    {
      name: 'answers what throws when it is read',
      module: {
        rawLogits: () => ({
          get 0() {
            throw new RangeError('not so fast');
          },
        }),
      },
      hook: 'rawLogits',
      says: 'not so fast',
    },
    {
      name: 'answers big integers',
      module: { probabilities: () => [[1n, 2n, 3n]] },
      hook: 'probabilities',
      says: 'BigInt',
    },
    {
      name: 'answers what is no row among rows',
      module: { probabilities: () => [null, null] },
      hook: 'probabilities',
      says: 'cannot be read as rows of numbers',
    },
    {
      name: 'never combines',
      module: { logits: (rows: readonly Float64Array[]) => rows },
      hook: 'logits',
      says: '2 rows',
    },
  ])('a hook that $name is an error that names it', ({ module, hook, says }) => {
    const run = () => combined(custom(module as unknown as CustomCombineModule), [a, b]);
    expect(run).toThrow(EngineError);
    expect(run).toThrow(
      expect.objectContaining({ code: 'invalid-request', details: expect.objectContaining({ hook }) }),
    );
    expect(run).toThrow(says);
  });

  test.each([
    { name: 'without a hook', module: {}, says: 'rawLogits, logits, probabilities' },
    {
      name: 'with a hook that is no function',
      module: { probabilities: 5 },
      says: 'probabilities, which is of type number',
    },
    {
      name: 'with one that is none beside one that is',
      module: { rawLogits: null, probabilities: () => [1, 0, 0] },
      says: 'rawLogits, which is null',
    },
  ])('a module $name is refused', ({ module, says }) => {
    const run = () => custom(module as unknown as CustomCombineModule);
    expect(run).toThrow(expect.objectContaining({ code: 'invalid-request' }));
    expect(run).toThrow(says);
  });

  test('a module that throws what has no text while it loads is refused', async () => {
    const url = 'data:text/javascript,throw Object.create(null)';
    await expect(loadCustomCombine(url)).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('a value that has no text'),
    });
  });
});
