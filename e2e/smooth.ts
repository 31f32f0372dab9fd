import { expect, type Page } from '@playwright/test';
import { framesPerSecond } from '../bench/page/frame-rows.ts';
import { watchFrames } from '../bench/page/frame-watch.ts';

/** Of 60 frames. */
const minFrames = 59;
/** About 60 frames: a task of 50 ms in it costs two of them. */
const windowMs = 1000;
/** Of what is shown once. */
const maxWindows = 8;
const tryMs = 80_000;

interface Window {
  readonly perSecond: number;
  readonly longTaskMs: number;
}

async function watchWindow(page: Page): Promise<Window> {
  const watch = await watchFrames(page);
  // Waits here, not in the page: nothing but the page itself is watched.
  await new Promise((resolve) => setTimeout(resolve, windowMs));
  const { frameMs, longTaskMs } = await watch.end();
  return { perSecond: framesPerSecond(frameMs), longTaskMs: Math.max(0, ...longTaskMs) };
}

/**
 * What is shown keeps 59 of 60 frames that an empty page has on this machine, without a task of 50 ms. What else runs on
 * the machine can only make it worse, so one undisturbed second is enough; a page that is slow is slow in each.
 * @param show opens the page and begins what is shown for `maxWindows` seconds
 */
export async function expectSmooth(page: Page, show: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await page.goto('about:blank');
    // The best of three: a disturbed one would ask too little.
    const empty = [await watchWindow(page), await watchWindow(page), await watchWindow(page)];
    const perSecondAtBest = Math.max(...empty.map(({ perSecond }) => perSecond));
    await show();
    const shown: Window[] = [];
    const isSmooth = ({ perSecond, longTaskMs }: Window): boolean =>
      longTaskMs === 0 && perSecond / perSecondAtBest >= minFrames / 60;
    do shown.push(await watchWindow(page));
    while (!shown.some(isSmooth) && shown.length < maxWindows);
    expect(shown.some(isSmooth), JSON.stringify({ empty, shown })).toBe(true);
  }).toPass({ timeout: tryMs });
}
