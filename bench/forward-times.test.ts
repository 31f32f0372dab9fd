import { expect, test } from 'vitest';
import type { Forward, ForwardKind, Round } from '../src/round/round.ts';
import { ForwardTimes, timesInWords } from './forward-times.ts';

function round(...forwards: [member: number, kind: ForwardKind, tokens: number, ms: number][]): Round {
  return {
    forwards: forwards.map(
      ([member, kind, tokens, ms]): Forward => ({ member, kind, tokens, ms, startMs: 0, estimated: false }),
    ),
  } as Partial<Round> as Round;
}

const times = (...forwards: Parameters<typeof round>) => {
  const collected = new ForwardTimes(2);
  collected.add({ rounds: [round(...forwards)] });
  return collected.costs();
};

test('forwards are timed by member and width, the prefill left out', () => {
  const collected = new ForwardTimes(2);
  collected.add({ rounds: [round([0, 'prefill', 5, 99], [1, 'prefill', 1, 99])] });
  collected.add({
    rounds: [
      round([0, 'draft', 1, 4], [1, 'score', 2, 8], [1, 'score', 2, 9], [1, 'score', 2, 7]),
      round([0, 'score', 1, 6], [0, 'draft', 1, 5]),
    ],
  });

  expect(collected.costs()).toEqual([[{ tokens: 1, ms: 5 }], [{ tokens: 2, ms: 8 }]]);
});

test('a width that was seen fewer than three times says nothing, but where no other was', () => {
  const often: Parameters<typeof round> = [
    [0, 'draft', 1, 4],
    [0, 'draft', 1, 5],
    [0, 'draft', 1, 6],
  ];
  expect(times(...often, [0, 'score', 2, 50], [0, 'score', 2, 60], [1, 'score', 3, 8])).toEqual([
    [{ tokens: 1, ms: 5 }],
    [{ tokens: 3, ms: 8 }],
  ]);
});

test('times are told of the widths that were seen, and a dash of others', () => {
  const costs = [
    { tokens: 1, ms: 1.64 },
    { tokens: 3, ms: 2 },
    { tokens: 8, ms: 9 },
  ];
  expect(timesInWords(costs)).toBe('1.6 – 2.0');
  expect(timesInWords([{ tokens: 6, ms: 9 }])).toBe('– – –');
});

test('a width that no decode fed is told as it was measured at load, with a star', () => {
  const costs = [{ tokens: 1, ms: 1.64 }];
  const atLoad = [
    { tokens: 1, ms: 2.5 },
    { tokens: 3, ms: 3.51 },
  ];
  expect(timesInWords(costs, atLoad)).toBe('1.6 – 3.5*');
});
