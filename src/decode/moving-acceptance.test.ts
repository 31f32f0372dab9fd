import { expect, test } from 'vitest';
import { memberProposer } from '../round/proposer.ts';
import type { Round } from '../round/round.ts';
import { MovingAcceptance } from './moving-acceptance.ts';

const verdicts = (member: number | null, ...fates: string[]): Round =>
  ({
    proposals: fates.map((fate) => ({ proposer: member === null ? null : memberProposer(member), fate })),
  }) as unknown as Round;

/** The estimate after verdicts of one proposer, one a round: true is accepted. */
function rateAfter(...runs: readonly (readonly [count: number, isAccepted: (index: number) => boolean])[]) {
  const acceptance = new MovingAcceptance(1);
  for (const [count, isAccepted] of runs) {
    for (let index = 0; index < count; index++) {
      acceptance.observe(verdicts(0, isAccepted(index) ? 'accepted' : 'rejected'));
    }
  }
  return acceptance.rates[0];
}

test('α is the share of the accepted among the judged, of each proposer for itself', () => {
  const acceptance = new MovingAcceptance(2);
  const before = acceptance.rates;
  for (let round = 0; round < 50; round++) {
    acceptance.observe(verdicts(0, 'accepted', 'accepted', 'accepted', 'rejected', 'discarded', 'discarded'));
    acceptance.observe(verdicts(null, 'recovered', 'drawn'));
  }
  expect(acceptance.rates[0]).toBeCloseTo(0.75, 1);
  expect(acceptance.rates[1]).toBe(before[1]);
});

test('a rate that changes is followed within six verdicts, in either direction', () => {
  const high = (index: number) => index % 10 !== 9;
  const low = (index: number) => index % 10 === 9;
  expect(rateAfter([200, high])).toBeGreaterThan(0.85);
  expect(rateAfter([200, high], [6, () => false])).toBeLessThan(0.25);
  expect(rateAfter([200, low])).toBeLessThan(0.15);
  expect(rateAfter([200, low], [6, () => true])).toBeGreaterThan(0.75);
});

test('trap: one rejection after many acceptances changes little', () => {
  expect(rateAfter([300, () => true], [1, () => false])).toBeGreaterThan(0.9);
});

test('a steady rate is not taken for a changing one: the estimate stays near the mean of the last verdicts', () => {
  const acceptance = new MovingAcceptance(1);
  const seen: number[] = [];
  // Digits of a linear congruential generator: verdicts without a pattern.
  let state = 1;
  let worst = 0;
  for (let index = 0; index < 2000; index++) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const isAccepted = state / 2 ** 31 < 0.7;
    seen.push(isAccepted ? 1 : 0);
    acceptance.observe(verdicts(0, isAccepted ? 'accepted' : 'rejected'));
    if (index < 100) continue;
    const recent = seen.slice(-60).reduce((sum, each) => sum + each, 0) / 60;
    worst = Math.max(worst, Math.abs(acceptance.rates[0] - recent));
  }
  expect(worst).toBeLessThan(0.35);
});

test('faded, it listens to a few verdicts more than to all before', () => {
  const acceptance = new MovingAcceptance(1);
  for (let round = 0; round < 100; round++)
    acceptance.observe(verdicts(0, round % 3 === 0 ? 'accepted' : 'rejected'));
  const before = acceptance.rates[0];
  acceptance.fade();
  expect(acceptance.rates[0]).toBeCloseTo(before, 12);
  for (let round = 0; round < 4; round++) acceptance.observe(verdicts(0, 'accepted'));
  expect(acceptance.rates[0]).toBeGreaterThan(0.6);
});
