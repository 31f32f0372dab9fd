import { expect, test } from 'vitest';
import type { Forward, ForwardKind, Round } from '../src/round/round.ts';
import { ForwardTimes } from './forward-times.ts';

function round(...forwards: [member: number, kind: ForwardKind, tokens: number, ms: number][]): Round {
  return {
    forwards: forwards.map(
      ([member, kind, tokens, ms]): Forward => ({ member, kind, tokens, ms, startMs: 0, estimated: false }),
    ),
  } as Partial<Round> as Round;
}

test('forwards are timed by member and width, the prefill left out', () => {
  const times = new ForwardTimes(2);
  times.add({ rounds: [round([0, 'prefill', 5, 99], [1, 'prefill', 1, 99])] });
  times.add({
    rounds: [round([0, 'draft', 1, 4], [1, 'score', 2, 8]), round([0, 'score', 1, 6], [0, 'draft', 1, 5])],
  });

  expect(times.costs()).toEqual([[{ tokens: 1, ms: 5 }], [{ tokens: 2, ms: 8 }]]);
});
