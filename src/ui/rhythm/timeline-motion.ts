import type { TimeWindow } from './timeline-position.ts';

/** Half of a distance is gone after so long. */
const halfLifeMs = 45;
/** Nearer than this share of the window is there. */
const nearEnough = 1e-4;
/** Where motion is not wanted a followed end reappears at this share of the window, as one turns a page. */
const pageTurn = 0.15;

/**
 * What is shown on the way to `target`: a window glides. Where the reader asked for less motion it jumps, and it
 * follows a running decode in jumps of most of a window.
 * @param passedMs since the last picture
 */
export function glide(
  shown: TimeWindow,
  target: TimeWindow,
  motion: { readonly isStill: boolean; readonly followedEndMs: number | null; readonly passedMs: number },
): TimeWindow {
  const { isStill, followedEndMs, passedMs } = motion;
  if (isStill) return followedEndMs === null ? target : turnPage(shown, target, followedEndMs);
  const share = 1 - 0.5 ** (passedMs / halfLifeMs);
  const near = nearEnough * (target.toMs - target.fromMs);
  const step = (from: number, to: number) => (Math.abs(to - from) <= near ? to : from + share * (to - from));
  return { fromMs: step(shown.fromMs, target.fromMs), toMs: step(shown.toMs, target.toMs) };
}

function turnPage(shown: TimeWindow, target: TimeWindow, endMs: number): TimeWindow {
  const length = target.toMs - target.fromMs;
  const hasLength = Math.abs(shown.toMs - shown.fromMs - length) <= nearEnough * length;
  if (hasLength && endMs >= shown.fromMs && endMs <= shown.toMs) return shown;
  const fromMs = Math.max(0, endMs - pageTurn * length);
  return { fromMs, toMs: fromMs + length };
}
