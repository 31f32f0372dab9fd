import { type Locator, type Page, expect as playwrightExpect } from '@playwright/test';

export { test } from './site.ts';

/** The first token of a run may take seconds on a busy machine. */
export const expect = playwrightExpect.configure({ timeout: 30_000 });

/** Loading fetches, verifies, starts the runtime and measures: seconds on a slow machine. */
export const loadMs = 90_000;

export const startButton = (page: Page): Locator => page.getByRole('button', { name: 'Start', exact: true });
export const stopButton = (page: Page): Locator => page.getByRole('button', { name: 'Stop', exact: true });
export const status = (page: Page): Locator => page.getByRole('status');
export const story = (page: Page): Locator => page.locator('antiphon-story .story');

/**
 * Presses a button that starts a run, and waits for the sentence that ends it. The page listens to itself: between two
 * looks from outside, a short run on a busy machine may be over, and an earlier run ended with the same sentence.
 */
export async function runToEnd(page: Page, button: Locator = startButton(page)): Promise<void> {
  await expect(button).toBeEnabled({ timeout: loadMs });
  const run = await page.evaluateHandle(() => {
    const region = document.querySelector('antiphon-app')?.shadowRoot?.querySelector('[role=status]');
    if (!region) throw new Error('the page has no status');
    let hasBegun = false;
    const ended = new Promise<void>((resolve) => {
      const listen = (_: unknown, observer: MutationObserver): void => {
        const said = region.textContent ?? '';
        hasBegun ||= said === 'Writing.';
        if (!hasBegun || !/after \d+ tokens?\.$/.test(said)) return;
        observer.disconnect();
        resolve();
      };
      new MutationObserver(listen).observe(region, { childList: true, characterData: true, subtree: true });
    });
    // Not the promise itself, which would be awaited.
    return { ended };
  });
  await button.click();
  await run.evaluate(({ ended }) => ended);
}
