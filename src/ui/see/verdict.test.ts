import { expect, test } from 'vitest';
import { measuredSpeedUp } from '../../speed/speed-up.ts';
import { verdictOf } from './verdict.ts';

const runs = (referenceCalls: number, turnsCalls: number, ratios: readonly number[] = []) => ({
  ...{ referenceCalls, turnsCalls, isSameText: true },
  speedUp: measuredSpeedUp(ratios.map((ratio) => ({ methodMs: 1, referenceMs: ratio }))),
});

test.each([
  [200, 110, '45 % fewer model calls'],
  [100, 100, 'as many model calls'],
  [100, 120, '20 % more model calls'],
  [0, 0, 'as many model calls'],
])('%i calls beside %i: %s', (referenceCalls, turnsCalls, calls) => {
  expect(verdictOf(runs(referenceCalls, turnsCalls), 'here').calls).toBe(calls);
});

test.each([
  [[1.5, 1.6, 1.8, 1.4, 1.6], '1.60 times as fast on this device', 'median of 5 repeats, 1.40 to 1.80'],
  [
    [0.7, 0.8, 0.7, 0.8, 0.7],
    'slower (0.70 times the speed) on this device',
    'median of 5 repeats, 0.70 to 0.80',
  ],
  [
    [0.9, 1.1, 0.95, 1.2, 1.1],
    'no clear difference in speed on this device',
    'median 1.10 of 5 repeats, 0.90 to 1.20',
  ],
  [[3, 3, 3, 3], 'too few repeats for a speed', '4 of 5'],
  [[], 'too few repeats for a speed', '0 of 5'],
])('comparisons of %j read "%s"', (ratios, speed, speedDetail) => {
  expect(verdictOf(runs(200, 110, ratios), 'here')).toMatchObject({ speed, speedDetail });
});

test('only where taking turns lost the verdict says what won', () => {
  const lossOf = (ratio: number, place: 'here' | 'recording') =>
    verdictOf(runs(200, 110, Array(5).fill(ratio)), place).loss;
  expect(lossOf(1.5, 'here')).toBeNull();
  expect(lossOf(1, 'here')).toBeNull();
  expect(lossOf(0.8, 'here')).toMatch(
    /^Taking turns lost on this device.*One model call after the other is faster/,
  );
  expect(lossOf(0.8, 'recording')).toMatch(/^Taking turns lost: its calls/);
});
