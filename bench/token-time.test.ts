import { expect, test } from 'vitest';
import type { Round } from '../src/round/round.ts';
import { speedUpWithOther, timeInWords, tokenTimeOf } from './token-time.ts';

const round = (atMs: number, committed: number, forward: number, sample: number) =>
  ({
    atMs,
    committed: Array.from({ length: committed }, () => 0),
    msByPhase: { forward, sample, text: 0.1, readback: 0 },
  }) as unknown as Round;

test('the time of a token is a mean over all tokens but the first of each decode', () => {
  const decodes = [
    { rounds: [round(100, 1, 90, 5), round(104, 2, 3, 0.5), round(108, 1, 2, 0.5)] },
    { rounds: [round(50, 1, 40, 5), round(52, 1, 1, 1)] },
  ];
  // 10 ms and 4 tokens after the first ones; 6 ms of forwards, 2 ms of sampling.
  expect(tokenTimeOf(decodes)).toEqual({ forward: 1.5, sampling: 0.5, rest: 0.5 });
});

test('a speed-up in forwards is worth less the more time goes elsewhere', () => {
  const time = (sampling: number, rest: number) => ({ forward: Number.NaN, sampling, rest });
  expect(speedUpWithOther(2, 4, time(0, 0), time(0, 0))).toBe(2);
  // 4 + 1 over 4 / 2 + 0.5.
  expect(speedUpWithOther(2, 4, time(0.2, 0.3), time(0.6, 0.4))).toBeCloseTo(2, 12);
  // 4 + 1 over 4 / 2 + 1.
  expect(speedUpWithOther(2, 4, time(0.5, 0.5), time(0.6, 0.4))).toBeCloseTo(5 / 3, 12);
});

test('its parts stand in the order forward, sampling, rest', () => {
  expect(timeInWords({ forward: 1.918, sampling: 0.1, rest: 0.12 })).toBe('1.92 + 0.10 + 0.12');
});
