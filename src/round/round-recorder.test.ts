import { expect, test } from 'vitest';
import { RoundRecorder } from './round-recorder.ts';

/** A clock that the work itself moves on. */
function clock() {
  let nowMs = 100;
  return {
    now: () => nowMs,
    work: (ms: number) => async () => {
      nowMs += ms;
    },
  };
}

test('a forward takes what the clock says', async () => {
  const { now, work } = clock();
  const recorder = new RoundRecorder(now);
  await recorder.forward(0, 'prefill', 5, work(20));
  await recorder.measureAsync('readback', work(7));
  await recorder.forward(1, 'score', 2, work(30));
  expect(recorder.take()).toEqual({
    forwards: [
      { member: 0, kind: 'prefill', tokens: 5, startMs: 0, ms: 20, estimated: false },
      { member: 1, kind: 'score', tokens: 2, startMs: 27, ms: 30, estimated: false },
    ],
    msByPhase: { forward: 50, readback: 7, sample: 0, text: 0 },
  });
  expect(recorder.take().forwards).toEqual([]);
});

test('a pass over the texts of two members is a forward of each, with half of its time, one behind the other', async () => {
  const { now, work } = clock();
  const recorder = new RoundRecorder(now);
  await recorder.forwardTogether([0, 2], 'score', 1, work(20));
  const { forwards, msByPhase } = recorder.take();
  expect(forwards.map(({ member, startMs, ms }) => [member, startMs, ms])).toEqual([
    [0, 0, 10],
    [2, 10, 10],
  ]);
  expect(msByPhase.forward).toBe(20);
});

test('forwards that the device works off during the read-back share its time by their costs at load', async () => {
  const { now, work } = clock();
  const recorder = new RoundRecorder(now);
  recorder.apportionForwards([
    [{ tokens: 1, ms: 3 }],
    [
      { tokens: 1, ms: 2 },
      { tokens: 4, ms: 8 },
    ],
  ]);
  await recorder.forward(0, 'draft', 1, work(1));
  await recorder.forward(0, 'draft', 1, work(1));
  await recorder.forward(1, 'score', 3, work(2));
  await recorder.measureAsync('readback', work(20));
  const { forwards, msByPhase } = recorder.take();
  // 24 ms for costs of 3, 3 and 6.
  expect(forwards.map(({ startMs, ms, estimated }) => [startMs, ms, estimated])).toEqual([
    [0, 6, true],
    [6, 6, true],
    [12, 12, true],
  ]);
  expect(msByPhase).toEqual({ forward: 4, readback: 20, sample: 0, text: 0 });
});

test('costs of 0, from a clock too coarse, share alike', async () => {
  const { now, work } = clock();
  const recorder = new RoundRecorder(now);
  recorder.apportionForwards([[{ tokens: 1, ms: 0 }]]);
  for (const _ of [1, 2]) await recorder.forward(0, 'draft', 1, work(0));
  await recorder.measureAsync('readback', work(8));
  expect(recorder.take().forwards.map(({ ms }) => ms)).toEqual([4, 4]);
});
