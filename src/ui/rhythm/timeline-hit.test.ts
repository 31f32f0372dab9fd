import { beforeAll, describe, expect, test } from 'vitest';
import { scriptedRounds } from '../../decode/testing/scripted-decode.ts';
import { timedRounds } from '../../round/testing/timed-rounds.ts';
import { RhythmModel } from './rhythm-model.ts';
import { droppedLine, rowsFor, slotLine, textLine } from './rhythm-rows.ts';
import { itemAt, roundOf } from './timeline-hit.ts';
import { rulerMarks, timelineScale } from './timeline-scale.ts';

/** 10 pixels a millisecond; forwards take 10 ms, a verdict 1 ms more. */
const scale = timelineScale({ fromMs: 0, toMs: 100 }, 1000);
const model = new RhythmModel();

beforeAll(async () => {
  const [prefill, ...rounds] = await scriptedRounds({
    schedule: 'alternate',
    draftLengths: [2, 1],
    rounds: 3,
  });
  const timed = timedRounds([{ ...prefill, forwards: [] }, ...rounds], { forwardMs: () => 10, verdictMs: 0 });
  for (const round of timed) model.append(round);
});

function at(ms: number, y: number): ReturnType<typeof itemAt> {
  const rows = rowsFor(model.lanes, true);
  return itemAt({ rounds: model.rounds, rows, scale }, scale.x(ms), y);
}

describe('what stands at a point', () => {
  test('is a forward in the bars of a lane, also a little beside it', () => {
    const [a, b] = rowsFor(model.lanes, true).lanes;
    expect(at(5, a.bars.top + 1)).toEqual({ kind: 'forward', forward: model.rounds[1].forwards[0] });
    expect(at(15, a.bars.top + 1)).toEqual({ kind: 'forward', forward: model.rounds[1].forwards[1] });
    expect(at(30.3, b.bars.top + 1)).toEqual({ kind: 'forward', forward: model.rounds[1].forwards[2] });
    expect(at(36, b.bars.top + 1)?.kind).toBe('round');
  });

  test('is a proposal on its line, from the forward that drew it to its verdict', () => {
    const [a] = rowsFor(model.lanes, true).lanes;
    const [deeper, upper] = model.rounds[1].proposals;
    expect(at(28, slotLine(a, 0) - 5)).toEqual({ kind: 'proposal', proposal: upper });
    expect(at(28, slotLine(a, 1) - 5)).toEqual({ kind: 'proposal', proposal: deeper });
    // The upper one was drawn at 20 only.
    expect(at(15, slotLine(a, 1) - 5)).toEqual({ kind: 'proposal', proposal: deeper });
    expect(at(15, slotLine(a, 0) - 5)?.kind).toBe('round');
  });

  test('is the round before a verdict between the lanes, and the one behind it among the words', () => {
    const rows = rowsFor(model.lanes, true);
    // Verdicts at 0, 30 and 40.
    const among = (y: number) => {
      const item = at(35, y);
      return item && roundOf(item);
    };
    expect(among(rows.lanes[1].bars.top - 2)).toBe(2);
    expect(among(textLine(rows) - 5)).toBe(1);
    expect(among(droppedLine(rows))).toBe(1);
  });

  test('is nothing behind the last verdict', () => {
    expect(at(99, rowsFor(model.lanes, true).lanes[0].bars.top - 3)).toBeNull();
  });
});

test('where nothing was dropped there is no row for it', () => {
  const { dropped, height, lanes } = rowsFor([{ depth: 2 }, { depth: 1 }], false);
  expect(dropped.height).toBe(0);
  expect(lanes[1].bars.top + lanes[1].bars.height).toBeLessThanOrEqual(height);
});

test('deep lanes hang their proposals closer', () => {
  const [shallow, deep] = rowsFor([{ depth: 5 }, { depth: 16 }], true).lanes;
  expect(deep.hanging.height).toBe(shallow.hanging.height);
  expect(slotLine(deep, 15)).toBeLessThanOrEqual(deep.hanging.top + deep.hanging.height);
});

describe('the ruler', () => {
  test.each([
    [{ fromMs: 0, toMs: 100 }, 80, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]],
    [{ fromMs: 95, toMs: 295 }, 300, [100, 200]],
    [{ fromMs: 3, toMs: 9 }, 300, [4, 6, 8]],
  ])('marks 1, 2 or 5 times a power of ten: %j', (window, minPixels, marks) => {
    expect(rulerMarks(timelineScale(window, 1000), minPixels)).toEqual(marks);
  });
});
