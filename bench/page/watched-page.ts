import { type Browser, chromium, type Page } from 'playwright';
import { launchOptions } from '../../scripts/find-browser.ts';
import type { Round } from '../../src/round/round.ts';
import { allowNames, type Watched, watchFrames } from './frame-watch.ts';
import { playRounds } from './played-run.ts';

/** Loading the models, and the longest run. */
const longestMs = 180_000;

/** The built page in a browser of its own, whose main thread is watched while it shows a run. */
export class WatchedPage {
  readonly browserVersion: string;
  readonly #browser: Browser;
  readonly #page: Page;

  private constructor(browser: Browser, page: Page) {
    this.browserVersion = browser.version();
    this.#browser = browser;
    this.#page = page;
  }

  /** @param rounds played in place of the page's engine; null leaves the engine as it is */
  static async open(siteUrl: string, rounds: readonly Round[] | null): Promise<WatchedPage> {
    const browser = await chromium.launch(launchOptions());
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(`${siteUrl}work.html`);
      await allowNames(page);
      if (rounds) await playRounds(page, rounds);
      return new WatchedPage(browser, page);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /** Runs a story to its end with the rhythm open or folded away, and in sight. */
  async watchRun(parts: { readonly isOpen: boolean; readonly seed: number }): Promise<Watched> {
    const page = this.#page;
    await page.getByLabel('Seed').fill(String(parts.seed));
    const begun = await this.#listen('Writing\\.');
    await page.getByRole('button', { name: 'Start', exact: true }).click({ timeout: longestMs });
    await begun();
    const ended = await this.#listen('after \\d+ tokens\\.$');
    await this.#setOpen(parts.isOpen);
    const watch = await watchFrames(page);
    await ended();
    return watch.end();
  }

  /** Zooms and pans through what is there. */
  async watchMoves(): Promise<Watched> {
    const page = this.#page;
    await this.#setOpen(true);
    await page.getByRole('button', { name: 'Whole run' }).click();
    await page.getByRole('application', { name: 'Timeline of rounds' }).focus();
    const watch = await watchFrames(page);
    const keys = ['+', 'ArrowLeft', '+', '+', 'ArrowLeft', '+', 'ArrowLeft', '-', 'ArrowRight', '-', '0'];
    for (const key of [...keys, ...keys, ...keys, ...keys]) {
      await page.keyboard.press(key);
      await page.waitForTimeout(60);
    }
    return watch.end();
  }

  /**
   * Listens to the page's sentence of what it does until it is this one, however short it stands there. Not by a locator:
   * those look for a role through the whole page, again and again while it is watched.
   * @returns waits for it
   */
  async #listen(pattern: string): Promise<() => Promise<void>> {
    const heard = await this.#page.evaluateHandle((wanted) => {
      const status = document.querySelector('antiphon-app')?.shadowRoot?.querySelector('[role=status]');
      if (!status) throw new Error('The page has no sentence of what it does.');
      const isWanted = (): boolean => new RegExp(wanted).test(status.textContent?.trim() ?? '');
      const listening = { isHeard: isWanted() };
      const observer = new MutationObserver(() => {
        listening.isHeard ||= isWanted();
        if (listening.isHeard) observer.disconnect();
      });
      observer.observe(status, { subtree: true, childList: true, characterData: true });
      return listening;
    }, pattern);
    return async () => {
      await this.#page.waitForFunction(({ isHeard }) => isHeard, heard, {
        polling: 100,
        timeout: longestMs,
      });
    };
  }

  async #setOpen(isOpen: boolean): Promise<void> {
    const details = this.#page.locator('antiphon-rhythm-section details').first();
    const wasOpen = await details.evaluate((element: HTMLDetailsElement) => element.open);
    if (wasOpen !== isOpen) await this.#page.getByText('Rhythm', { exact: true }).click();
    await details.scrollIntoViewIfNeeded();
  }
}
