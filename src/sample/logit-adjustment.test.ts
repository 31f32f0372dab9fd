import { describe, expect, test } from 'vitest';
import { tokenId } from '../tokens/token-id.ts';
import { adjustLogits, isPenalising, type LogitAdjustment } from './logit-adjustment.ts';

const nothing: LogitAdjustment = { bias: new Map(), frequencyPenalty: 0, presencePenalty: 0 };
const never = Number.NEGATIVE_INFINITY;

test.each([
  {
    name: 'a bias is added',
    adjustment: {
      ...nothing,
      bias: new Map([
        [tokenId(0), 1.5],
        [tokenId(2), -2],
      ]),
    },
    text: [2, 2],
    expected: [1.5, 1, 0, 3],
  },
  {
    name: 'a frequency penalty counts',
    adjustment: { ...nothing, frequencyPenalty: 0.5 },
    text: [2, 3, 2],
    expected: [0, 1, 1, 2.5],
  },
  {
    name: 'a presence penalty does not',
    adjustment: { ...nothing, presencePenalty: 0.5 },
    text: [2, 3, 2],
    expected: [0, 1, 1.5, 2.5],
  },
  {
    name: 'a negative penalty repeats',
    adjustment: { ...nothing, frequencyPenalty: -1, presencePenalty: -0.5 },
    text: [0, 0],
    expected: [2.5, 1, 2, 3],
  },
  {
    name: 'all together',
    adjustment: { bias: new Map([[tokenId(1), 4]]), frequencyPenalty: 1, presencePenalty: 0.25 },
    text: [1, 1, 3],
    expected: [0, 2.75, 2, 1.75],
  },
  {
    name: 'nothing stands in an empty text',
    adjustment: { ...nothing, frequencyPenalty: 2, presencePenalty: 2 },
    text: [],
    expected: [0, 1, 2, 3],
  },
])('$name', ({ adjustment, text, expected }) => {
  const row = Float32Array.of(0, 1, 2, 3);
  adjustLogits(row, adjustment, text.map(tokenId));
  expect([...row]).toEqual(expected);
});

test('an impossible token stays impossible, whatever its bias', () => {
  const row = Float32Array.of(never, 0);
  adjustLogits(row, { ...nothing, bias: new Map([[tokenId(0), 100]]), presencePenalty: -2 }, [tokenId(0)]);
  expect([...row]).toEqual([never, 0]);
});

describe('depends on the text', () => {
  test.each([
    [nothing, false],
    [{ ...nothing, bias: new Map([[tokenId(0), 1]]) }, false],
    [{ ...nothing, frequencyPenalty: -0.1 }, true],
    [{ ...nothing, presencePenalty: 0.1 }, true],
  ] as const)('%#', (adjustment, expected) => expect(isPenalising(adjustment)).toBe(expected));
});
