import { describe, expect, test } from 'vitest';
import type { CombineNumbers } from '../../combine/combine.ts';
import type { DecodeMethod } from '../../engine/request-types.ts';
import { LatestNumbers, numbersFor } from './live-combination.ts';

function team(models: readonly string[], combine: object): DecodeMethod {
  return { kind: 'collaborative', members: models.map((model) => ({ model })), combine } as DecodeMethod;
}

describe('a running story follows the form', () => {
  const even = team(['a', 'b'], { kind: 'weighted', weights: [0.5, 0.5] });

  test('with the weights of the same members', () => {
    const wanted = team(['a', 'b'], { kind: 'weighted', weights: [0.9, 0.1] });
    expect(numbersFor(even, wanted)).toEqual({ weights: [0.9, 0.1] });
    const contrast = (mu: number) => team(['a', 'b'], { kind: 'contrastive', mu, alpha: 0 });
    expect(numbersFor(contrast(0.1), contrast(0.4))).toEqual({ mu: 0.4 });
  });

  test.each([
    ['other members', team(['a', 'c'], { kind: 'weighted', weights: [0.9, 0.1] })],
    ['more members', team(['a', 'b', 'c'], { kind: 'weighted', weights: [0.3, 0.3, 0.4] })],
    ['another combination', team(['a', 'b'], { kind: 'geometric', weights: [0.9, 0.1] })],
    ['one model', { kind: 'plain', model: 'a' } as DecodeMethod],
  ])('but not with those of %s', (_what, wanted) => {
    expect(numbersFor(even, wanted)).toBeNull();
  });
});

describe('numbers are handed on', () => {
  function slowEngine() {
    const taken: CombineNumbers[] = [];
    const waiting: (() => void)[] = [];
    const numbers = new LatestNumbers(
      (given) => {
        taken.push(given);
        return new Promise((resolve) => waiting.push(resolve));
      },
      { mu: 0 },
    );
    const takeOver = async (): Promise<void> => {
      waiting.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { numbers, taken, takeOver };
  }

  test('one at a time, and of those that come meanwhile the latest alone', async () => {
    const { numbers, taken, takeOver } = slowEngine();
    for (const mu of [0.1, 0.2, 0.3]) void numbers.give({ mu });
    expect(taken).toEqual([{ mu: 0.1 }]);
    await takeOver();
    expect(taken).toEqual([{ mu: 0.1 }, { mu: 0.3 }]);
    await takeOver();
    await numbers.give({ mu: 0.3 });
    expect(taken).toHaveLength(2);
  });

  test('not where they are in force already', () => {
    const { numbers, taken } = slowEngine();
    void numbers.give({ mu: 0 });
    expect(taken).toEqual([]);
  });

  test('further where some were refused', async () => {
    const taken: CombineNumbers[] = [];
    const numbers = new LatestNumbers(async (given) => {
      taken.push(given);
      if (taken.length === 1) throw new Error('no weight is positive');
    }, null);
    await numbers.give({ mu: -1 });
    await numbers.give({ mu: 1 });
    expect(taken).toEqual([{ mu: -1 }, { mu: 1 }]);
  });
});
