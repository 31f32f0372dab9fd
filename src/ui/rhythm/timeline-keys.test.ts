import { describe, expect, test } from 'vitest';
import { commandOf } from './timeline-keys.ts';
import { TimelinePosition } from './timeline-position.ts';

const press = (key: string, modifiers: Partial<KeyboardEvent> = {}) =>
  commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...modifiers });

/** The window after a key, from 4000 to 5000 of 9800 ms. */
function windowAfter(key: string, modifiers: Partial<KeyboardEvent> = {}): readonly [number, number] | null {
  const position = new TimelinePosition();
  position.update({ endMs: 9800, lastRoundsMs: (count) => 20 * count, isLive: false, widthPixels: 880 });
  position.show({ fromMs: 4000, toMs: 5000 });
  const command = press(key, modifiers);
  if (command?.kind !== 'move') return null;
  command.change(position);
  return [position.window.fromMs, position.window.toMs];
}

describe('keys', () => {
  test.each([
    ['ArrowLeft', [3850, 4850]],
    ['ArrowRight', [4150, 5150]],
    ['Home', [0, 1000]],
    ['End', [8900, 9900]],
    ['0', [0, 10_000]],
  ])('%s moves the window', (key, window) => {
    expect(windowAfter(key)).toEqual(window);
  });

  test('plus and minus zoom around the middle, with or without Shift', () => {
    const near = windowAfter('+');
    expect(near?.[0]).toBeCloseTo(4500 - 1000 / 3, 9);
    expect(windowAfter('=')).toEqual(near);
    expect(windowAfter('-')).toEqual([3750, 5250]);
    expect(windowAfter('_', { shiftKey: true })).toEqual([3750, 5250]);
  });

  test('Shift with an arrow chooses a round, Escape dismisses', () => {
    expect(press('ArrowLeft', { shiftKey: true })).toEqual({ kind: 'step', by: -1 });
    expect(press('ArrowRight', { shiftKey: true })).toEqual({ kind: 'step', by: 1 });
    expect(press('Escape')).toEqual({ kind: 'dismiss' });
  });

  test('what belongs to the browser or to nobody is left alone', () => {
    expect(press('ArrowLeft', { altKey: true })).toBeNull();
    expect(press('+', { ctrlKey: true })).toBeNull();
    expect(press('0', { metaKey: true })).toBeNull();
    expect(press('Tab')).toBeNull();
    expect(press('toString')).toBeNull();
  });
});
