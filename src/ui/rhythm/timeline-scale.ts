import type { TimeWindow } from './timeline-position.ts';

/** Time to pixels and back, for one window. */
export interface TimelineScale {
  readonly window: TimeWindow;
  /** CSS pixels of the window. */
  readonly width: number;
  readonly pixelsPerMs: number;
  x(ms: number): number;
  ms(x: number): number;
}

export function timelineScale(window: TimeWindow, width: number): TimelineScale {
  const pixelsPerMs = width / (window.toMs - window.fromMs);
  return {
    window,
    width,
    pixelsPerMs,
    x: (ms) => (ms - window.fromMs) * pixelsPerMs,
    ms: (x) => window.fromMs + x / pixelsPerMs,
  };
}

/** Times of the ruler's marks: multiples of 1, 2 or 5 · 10ⁿ ms that stand at least so many pixels apart. */
export function rulerMarks({ window, pixelsPerMs }: TimelineScale, minPixels: number): number[] {
  const min = minPixels / pixelsPerMs;
  const power = 10 ** Math.floor(Math.log10(min));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= min) ?? 10);
  const marks: number[] = [];
  for (let count = Math.ceil(window.fromMs / step); count * step <= window.toMs; count++)
    marks.push(count * step);
  return marks;
}
