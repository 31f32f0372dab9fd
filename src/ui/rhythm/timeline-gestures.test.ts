import { describe, expect, test } from 'vitest';
import { TimelineGestures } from './timeline-gestures.ts';

const at = (pointerId: number, clientX: number) => ({ pointerId, clientX });
const wheel = {
  deltaX: 0,
  deltaY: 0,
  deltaMode: 0,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  clientX: 50,
};

describe('pointers', () => {
  test('one that hardly moves taps', () => {
    const gestures = new TimelineGestures();
    gestures.down(at(1, 100));
    expect(gestures.move(at(1, 103))).toEqual({ kind: 'none' });
    expect(gestures.up(at(1, 103))).toBe(true);
    expect(gestures.isDown).toBe(false);
  });

  test('one that moves drags: what was under it stays under it', () => {
    const gestures = new TimelineGestures();
    gestures.down(at(1, 100));
    expect(gestures.move(at(1, 80))).toEqual({ kind: 'move', x: 80, factor: 1, pixels: 20 });
    expect(gestures.move(at(1, 81))).toEqual({ kind: 'move', x: 81, factor: 1, pixels: -1 });
    expect(gestures.up(at(1, 81))).toBe(false);
  });

  test('two pinch, around the one that rests', () => {
    const gestures = new TimelineGestures();
    gestures.down(at(1, 100));
    gestures.down(at(2, 200));
    expect(gestures.move(at(2, 250))).toEqual({ kind: 'move', x: 100, factor: 1.5, pixels: 0 });
    expect(gestures.move(at(1, 130))).toEqual({ kind: 'move', x: 250, factor: 0.8, pixels: 0 });
    expect(gestures.up(at(1, 130))).toBe(false);
    expect(gestures.up(at(2, 250))).toBe(false);
  });

  test('two that almost touch tell nothing', () => {
    const gestures = new TimelineGestures();
    gestures.down(at(1, 100));
    gestures.down(at(2, 110));
    expect(gestures.move(at(2, 160))).toEqual({ kind: 'none' });
  });

  test('one that was never pressed does nothing', () => {
    const gestures = new TimelineGestures();
    expect(gestures.move(at(1, 100))).toEqual({ kind: 'none' });
    expect(gestures.up(at(1, 100))).toBe(false);
  });
});

describe('the wheel', () => {
  const gestures = new TimelineGestures();

  test('is the page’s own unless the timeline has the focus', () => {
    expect(gestures.wheel({ ...wheel, deltaY: 100 }, false)).toEqual({ kind: 'none' });
    expect(gestures.wheel({ ...wheel, deltaY: -100 }, true)).toMatchObject({
      kind: 'move',
      x: 50,
      pixels: 0,
    });
  });

  test('zooms in upwards and out downwards, by the same factor', () => {
    const [nearer, farther] = [-100, 100].map((deltaY) =>
      gestures.wheel({ ...wheel, deltaY, ctrlKey: true }, false),
    );
    if (nearer.kind !== 'move' || farther.kind !== 'move') throw new Error('no move');
    expect(nearer.factor).toBeGreaterThan(1.2);
    expect(nearer.factor * farther.factor).toBeCloseTo(1, 12);
  });

  test('pans sideways and with Shift, in pixels or lines', () => {
    expect(gestures.wheel({ ...wheel, deltaX: 30, deltaY: 5 }, false)).toMatchObject({
      factor: 1,
      pixels: 30,
    });
    expect(gestures.wheel({ ...wheel, deltaY: 3, deltaMode: 1, shiftKey: true }, false)).toMatchObject({
      factor: 1,
      pixels: 48,
    });
  });
});
