import { existsSync } from 'node:fs';
import type { BrowserType } from 'playwright';
import type { BrowserSession } from './browser-session.ts';

/** Playwright's own build of a browser; null where it was not downloaded. */
export async function playwrightSession(type: BrowserType): Promise<BrowserSession | null> {
  if (!existsSync(type.executablePath())) return null;
  const browser = await type.launch();
  const page = await browser.newPage();
  return {
    browser: `${type.name()} ${browser.version()} (Playwright's build)`,
    async open(url) {
      await page.goto(url);
    },
    evaluate: (expression) => page.evaluate(expression),
    close: () => browser.close(),
  };
}
