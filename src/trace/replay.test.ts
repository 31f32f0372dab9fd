import { beforeEach, describe, expect, test } from 'vitest';
import type { Round } from '../round/round.ts';
import { Replay, type ReplayOptions } from './replay.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { recordedRun } from './testing/recorded-run.ts';
import type { Trace } from './trace.ts';

let clock: ManualClock;
let trace: Trace;
beforeEach(async () => {
  clock = new ManualClock();
  trace = await recordedRun();
});

/** A replay, and the numbers of the rounds that a view has been handed; null where its iteration has ended. */
function watch(options: ReplayOptions = {}, recorded = trace) {
  const replay = new Replay(recorded, { clock, ...options });
  const seen: (number | null)[] = [];
  const view = (async () => {
    for await (const { index } of replay) seen.push(index);
    seen.push(null);
  })();
  const take = () => seen.splice(0);
  return { replay, take, view };
}

const upTo = (count: number, from = 0) => Array.from({ length: count - from }, (_, index) => from + index);

describe('rounds come', () => {
  // Of the recording: one every ten milliseconds.
  test('at their times, and no earlier', async () => {
    const { take } = watch();
    await clock.advance(9.9);
    expect(take()).toEqual([]);
    await clock.advance(0.1);
    expect(take()).toEqual([0]);
    await clock.advance(25);
    expect(take()).toEqual([1, 2]);
  });

  test('faster and slower', async () => {
    const { replay, take } = watch({ speed: 2 });
    await clock.advance(10);
    expect(take()).toEqual([0, 1]);
    replay.setSpeed(0.5);
    await clock.advance(19);
    expect(take()).toEqual([]);
    await clock.advance(1);
    expect(take()).toEqual([2]);
    expect(replay.positionMs).toBe(30);
    expect(replay.speed).toBe(0.5);
  });

  test('as they are in the recording, to its end, with its result', async () => {
    const replay = new Replay(trace, { clock });
    const rounds: Round[] = [];
    const view = (async () => {
      for await (const round of replay) rounds.push(round);
    })();
    await clock.advance(replay.durationMs);
    await view;
    expect(rounds).toEqual(trace.rounds);
    expect(await replay.result).toEqual(trace.result);
    expect(clock.timers).toBe(0);
  });

  test('not while it pauses, and go on from there', async () => {
    const { replay, take } = watch();
    await clock.advance(15);
    replay.pause();
    await clock.advance(1000);
    expect(take()).toEqual([0]);
    expect([replay.positionMs, replay.isPaused, clock.timers]).toEqual([15, true, 0]);
    replay.play();
    await clock.advance(4);
    expect(take()).toEqual([]);
    await clock.advance(1);
    expect(take()).toEqual([1]);
  });

  test('not before play() where it begins paused', async () => {
    const { replay, take } = watch({ paused: true });
    await clock.advance(1000);
    expect(take()).toEqual([]);
    replay.play();
    await clock.advance(10);
    expect(take()).toEqual([0]);
  });

  test('to any number of views, from the first one on', async () => {
    const { replay, take } = watch();
    await clock.advance(35);
    expect(take()).toEqual([0, 1, 2]);
    const late: number[] = [];
    void (async () => {
      for await (const { index } of replay) late.push(index);
    })();
    await clock.advance(5);
    expect(late).toEqual([0, 1, 2, 3]);
    expect(take()).toEqual([3]);
  });
});

describe('seek', () => {
  test('forward brings the rounds between at once', async () => {
    const { replay, take } = watch({ paused: true });
    replay.seek(45);
    await clock.advance(0);
    expect(take()).toEqual([0, 1, 2, 3]);
    expect(replay.rounds).toEqual(trace.rounds.slice(0, 4));
  });

  test('backward starts over up to there, and goes on', async () => {
    const { replay, take } = watch();
    await clock.advance(50);
    take();
    replay.seek(21);
    await clock.advance(0);
    expect(take()).toEqual([0, 1]);
    await clock.advance(9);
    expect(take()).toEqual([2]);
  });

  test('backward by less than a round changes nothing of what has come', async () => {
    const { replay, take } = watch();
    await clock.advance(28);
    take();
    replay.seek(22);
    await clock.advance(7);
    expect(take()).toEqual([]);
    await clock.advance(1);
    expect(take()).toEqual([2]);
  });

  test('stays within the recording', async () => {
    const { replay, take } = watch({ paused: true });
    replay.seek(-5);
    expect(replay.positionMs).toBe(0);
    replay.seek(1e9);
    expect(replay.positionMs).toBe(replay.durationMs);
    await clock.advance(0);
    expect(take()).toEqual([...upTo(trace.rounds.length), null]);
    expect(() => replay.seek(Number.NaN)).toThrow(RangeError);
  });

  test('back from the end is for a new view; the result stays', async () => {
    const { replay, take, view } = watch();
    await clock.advance(replay.durationMs);
    await view;
    take();
    replay.seek(15);
    const again: number[] = [];
    void (async () => {
      for await (const { index } of replay) again.push(index);
    })();
    await clock.advance(5);
    expect(again).toEqual([0, 1]);
    expect(take()).toEqual([]);
    expect(await replay.result).toEqual(trace.result);
  });
});

describe('the end', () => {
  test('stop() ends it with what has come', async () => {
    const { replay, take, view } = watch();
    await clock.advance(40);
    replay.stop();
    await view;
    expect(take()).toEqual([0, 1, 2, 3, null]);
    const { text, tokenIds, finishReason, rounds, stats } = await replay.result;
    expect(rounds).toEqual(trace.rounds.slice(0, 4));
    expect(tokenIds).toEqual(rounds.flatMap(({ committed }) => committed));
    expect(text).toBe(trace.result?.text.slice(0, tokenIds.length));
    expect(finishReason).toBe('abort');
    expect(stats.tokens).toBe(tokenIds.length);
    replay.play();
    await clock.advance(1000);
    expect(replay.positionMs).toBe(40);
    expect(clock.timers).toBe(0);
  });

  test('of an interrupted recording is an error, behind its last round', async () => {
    const rounds = trace.rounds.slice(0, 3);
    const { replay, take, view } = watch({}, { ...trace, rounds, result: null });
    const interrupted = expect.objectContaining({
      code: 'invalid-trace',
      message: expect.stringContaining('round 2'),
    });
    const ends = [
      expect(view).rejects.toEqual(interrupted),
      expect(replay.result).rejects.toEqual(interrupted),
    ];
    await clock.advance(30);
    await Promise.all(ends);
    expect(take()).toEqual([0, 1, 2]);
  });

  test('of a recording without rounds comes at once', async () => {
    const { replay, take, view } = watch({}, { ...trace, rounds: [], candidates: [] });
    await view;
    expect(take()).toEqual([null]);
    expect(await replay.result).toEqual(trace.result);
  });
});

test('a speed that is none, and an update, are refused', async () => {
  for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => new Replay(trace, { clock, speed })).toThrow(RangeError);
    expect(() => new Replay(trace, { clock }).setSpeed(speed)).toThrow(RangeError);
  }
  await expect(new Replay(trace, { clock }).update()).rejects.toMatchObject({ code: 'invalid-request' });
});
