import { describe, expect, test } from 'vitest';
import { glide } from './timeline-motion.ts';

const shown = { fromMs: 0, toMs: 100 };
const target = { fromMs: 1000, toMs: 1100 };
const moving = { isStill: false, followedEndMs: null, passedMs: 45 };

describe('a window on its way', () => {
  test('has half the distance behind it after 45 ms, however many pictures that were', () => {
    expect(glide(shown, target, moving)).toEqual({ fromMs: 500, toMs: 600 });
    const [first, second, third] = [15, 15, 15].map((passedMs) => ({ ...moving, passedMs }));
    const window = glide(glide(glide(shown, target, first), target, second), target, third);
    expect(window.fromMs).toBeCloseTo(500, 9);
  });

  test('arrives', () => {
    expect(glide({ fromMs: 999.999, toMs: 1099.999 }, target, moving)).toEqual(target);
  });
});

describe('where the reader asked for less motion', () => {
  const still = { ...moving, isStill: true };

  test('a window jumps to its target', () => {
    expect(glide(shown, target, still)).toEqual(target);
  });

  test('a followed end moves through a window that stands, which turns like a page', () => {
    const following = (endMs: number) => ({ ...still, followedEndMs: endMs });
    const page = glide(shown, target, following(1090));
    expect(page).toEqual({ fromMs: 1075, toMs: 1175 });
    expect(glide(page, { fromMs: 1060, toMs: 1160 }, following(1150))).toBe(page);
    expect(glide(page, { fromMs: 1090, toMs: 1190 }, following(1180))).toEqual({ fromMs: 1165, toMs: 1265 });
  });

  test('a window of another length is a new page', () => {
    expect(glide(shown, { fromMs: 0, toMs: 50 }, { ...still, followedEndMs: 45 })).toEqual({
      fromMs: 37.5,
      toMs: 87.5,
    });
  });
});
