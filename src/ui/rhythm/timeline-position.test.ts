import { describe, expect, test } from 'vitest';
import { type Extent, TimelinePosition } from './timeline-position.ts';

/** Ten rounds of 20 ms fit into 880 pixels. */
const finished: Extent = {
  endMs: 9800,
  lastRoundsMs: (count) => 20 * count,
  isLive: false,
  widthPixels: 880,
};
const running: Extent = { ...finished, isLive: true };

function positionOf(extent: Extent): TimelinePosition {
  const position = new TimelinePosition();
  position.update(extent);
  return position;
}

describe('left alone', () => {
  test('a running decode is followed, no closer than can be read', () => {
    const position = positionOf(running);
    // A tenth is kept free behind the end.
    expect(position.window).toEqual({ fromMs: 9260, toMs: 9860 });
    position.update({ ...running, endMs: 10_300 });
    expect(position.window).toEqual({ fromMs: 9760, toMs: 10_360 });
  });

  test('a decode that has ended shows its last rounds closely', () => {
    expect(positionOf(finished).window).toEqual({ fromMs: 9620, toMs: 9820 });
  });

  test('a decode that has just begun is shown from its start', () => {
    expect(positionOf({ ...running, endMs: 300 }).window).toEqual({ fromMs: 0, toMs: 600 });
  });

  test('a decode shorter than the window is shown whole', () => {
    expect(positionOf({ ...finished, endMs: 90 }).window).toEqual({ fromMs: 0, toMs: 100 });
  });
});

describe('moved by the reader', () => {
  test('it stays where it was put while the decode goes on', () => {
    const position = positionOf(running);
    position.pan(-0.5);
    expect(position.follows).toBe(false);
    expect(position.window).toEqual({ fromMs: 8960, toMs: 9560 });
    position.update({ ...running, endMs: 20_000 });
    expect(position.window).toEqual({ fromMs: 8960, toMs: 9560 });
  });

  test('it comes back to the end, with the chosen length', () => {
    const position = positionOf(running);
    position.pan(-0.5);
    position.zoom(2);
    position.follow();
    expect(position.follows).toBe(true);
    expect(position.window).toEqual({ fromMs: 9530, toMs: 9830 });
  });

  test('it leaves neither the beginning nor the end', () => {
    const position = positionOf(finished);
    position.pan(-1000);
    expect(position.window).toEqual({ fromMs: 0, toMs: 200 });
    position.pan(1000);
    expect(position.window).toEqual({ fromMs: 9620, toMs: 9820 });
  });
});

describe('zoomed', () => {
  test('the time under the pointer stays there', () => {
    const position = positionOf(finished);
    position.show({ fromMs: 4000, toMs: 5000 });
    position.zoom(4, 0.25);
    expect(position.window).toEqual({ fromMs: 4187.5, toMs: 4437.5 });
    position.zoom(1 / 4, 0.25);
    expect(position.window).toEqual({ fromMs: 4000, toMs: 5000 });
  });

  test('while it follows, the end stays in sight', () => {
    const position = positionOf(running);
    position.zoom(2);
    expect(position.follows).toBe(true);
    expect(position.window).toEqual({ fromMs: 9530, toMs: 9830 });
  });

  test('it stops at single milliseconds and at the whole decode', () => {
    const position = positionOf(finished);
    position.zoom(1e6);
    expect(position.window.toMs - position.window.fromMs).toBe(4);
    position.zoom(1e-6);
    expect(position.window).toEqual({ fromMs: 0, toMs: 10_000 });
    position.showStart();
    expect(position.window).toEqual({ fromMs: 0, toMs: 10_000 });
  });

  test('the whole decode fits in', () => {
    const position = positionOf(finished);
    position.showAll();
    expect(position.window).toEqual({ fromMs: 0, toMs: 10_000 });
    expect(position.follows).toBe(false);
  });
});

describe('to reveal a part', () => {
  test('it does not move where the part is in sight', () => {
    const position = positionOf(finished);
    position.reveal({ fromMs: 9630, toMs: 9650 });
    expect(position.window).toEqual({ fromMs: 9620, toMs: 9820 });
    expect(position.follows).toBe(true);
  });

  test.each([
    ['before it', { fromMs: 9600, toMs: 9630 }, { fromMs: 9590, toMs: 9790 }],
    ['far before it', { fromMs: 100, toMs: 120 }, { fromMs: 90, toMs: 290 }],
    ['at the beginning', { fromMs: 0, toMs: 20 }, { fromMs: 0, toMs: 200 }],
    ['longer than it', { fromMs: 1000, toMs: 3000 }, { fromMs: 990, toMs: 1190 }],
  ])('it moves no further than needed: %s', (_name, part, window) => {
    const position = positionOf(finished);
    position.reveal(part);
    expect(position.window).toEqual(window);
  });

  test('it moves forward too', () => {
    const position = positionOf(finished);
    position.showStart();
    position.reveal({ fromMs: 300, toMs: 320 });
    expect(position.window).toEqual({ fromMs: 130, toMs: 330 });
  });
});
