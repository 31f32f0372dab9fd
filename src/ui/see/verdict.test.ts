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
])('%i calls beside %i: %s', (referenceCalls, turnsCalls, calls) => {
  expect(verdictOf(runs(referenceCalls, turnsCalls), 'here')).toMatchObject({ calls, speed: null });
});

test.each([
  [[1.5, 1.6, 1.7, 1.5, 1.6], '1.60 times as fast on this device', false],
  [[0.7, 0.8, 0.7, 0.8, 0.7], 'slower (0.70 times the speed) on this device', true],
  [[0.9, 1.1, 0.95, 1.2, 1], 'about as fast on this device', false],
  [[3], 'about as fast on this device', false],
])('comparisons of %j read "%s"', (ratios, speed, isSlower) => {
  expect(verdictOf(runs(200, 110, ratios), 'here')).toMatchObject({ speed, isSlower });
});

test('the numbers behind the speed are median, range and how many comparisons ran', () => {
  const { speed, speedDetail } = verdictOf(runs(200, 110, [1.5, 1.6, 1.8, 1.4, 1.6]), 'recording');
  expect(speed).toBe('1.60 times as fast on the computer that recorded it');
  expect(speedDetail).toBe('median of 5, 1.40 to 1.80');
});
