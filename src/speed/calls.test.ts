import { expect, test } from 'vitest';
import type { DecodeMethod } from '../engine/request-types.ts';
import type { Round } from '../round/round.ts';
import { comparedCalls, savedShare } from './calls.ts';

/** "p" for a prefill, else the number of the member; behind the colon the tokens that were committed. */
const round = (text: string): Round => {
  const [forwards, committed] = text.split(':');
  return {
    forwards: [...forwards].map((name) =>
      name === 'p' ? { kind: 'prefill', member: 0 } : { kind: 'score', member: Number(name) },
    ),
    committed: Array.from({ length: Number(committed) }, () => 1),
  } as unknown as Round;
};

const team = (schedule?: 'sequential'): DecodeMethod => ({
  kind: 'collaborative',
  members: [{ model: 'a' }, { model: 'b' }],
  combine: { kind: 'weighted', weights: [1, 1] },
  ...(schedule && { schedule }),
});
const drafted: DecodeMethod = {
  kind: 'speculative',
  target: 'a',
  drafter: { kind: 'model', model: 'b' },
};

test.each([
  ['taking turns', team(), ['pp:1', '01:1', '0:1', '1:1', '0:1'], 'length', [5, 8, 0]],
  ['an end token was asked for too', team(), ['pp:1', '01:1', '0:0'], 'end', [3, 4, 0]],
  ['drafts are counted apart', drafted, ['pp:1', '11110:4', '11110:1'], 'length', [2, 5, 8]],
  ['the prompt alone', team(), ['pp:1'], 'end', [0, 0, 0]],
] as const)('calls of %s', (_, method, rounds, reason, [calls, referenceCalls, draftCalls]) => {
  expect(comparedCalls({ method }, rounds.map(round), reason)).toEqual({ calls, referenceCalls, draftCalls });
});

test.each([team('sequential'), { kind: 'plain', model: 'a' } as const])(
  'a reference saves nothing',
  (method) => {
    expect(comparedCalls({ method }, [round('pp:1'), round('01:1')])).toBeNull();
  },
);

test.each([
  [5, 8, 0.375],
  [10, 8, -0.25],
  [0, 0, null],
])('%i calls in place of %i save %s', (calls, referenceCalls, share) => {
  expect(savedShare({ calls, referenceCalls, draftCalls: 0 })).toBe(share);
});
