import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { firefox as playwrightFirefox } from 'playwright';
import puppeteer from 'puppeteer-core';
import type { BrowserSession, OtherBrowser } from './browser-session.ts';
import { playwrightSession } from './playwright-session.ts';

/** The browser as its makers ship it, over WebDriver BiDi, which it speaks itself. */
async function installedSession(): Promise<BrowserSession | null> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const usual = ['/Applications/Firefox.app/Contents/MacOS/firefox'];
  const places = ['firefox', 'firefox-esr'].flatMap((name) => folders.map((folder) => join(folder, name)));
  const executablePath = [...places, ...usual].find((path) => existsSync(path));
  if (executablePath === undefined) return null;
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  return {
    browser: await browser.version(),
    async open(url) {
      await page.goto(url);
    },
    evaluate: <Value>(expression: string) => page.evaluate(expression) as Promise<Value>,
    close: () => browser.close(),
  };
}

export const firefox: OtherBrowser = {
  name: 'Firefox',
  howToInstall: "install it (Debian: 'apt-get install firefox-esr'), or 'npx playwright install firefox'",
  start: async () => (await playwrightSession(playwrightFirefox)) ?? (await installedSession()),
};
