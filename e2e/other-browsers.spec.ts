import { expect } from '@playwright/test';
import { firefox } from './other-browsers/firefox.ts';
import { webkit } from './other-browsers/webkit.ts';
import { allCores, test } from './site.ts';
import { loadMs } from './story-page.ts';

/** In the page's shadow tree. */
const inApp = (selector: string): string =>
  `document.querySelector('antiphon-app')?.shadowRoot?.querySelector(${JSON.stringify(selector)})`;
const status = `${inApp('[role=status]')}?.textContent`;
const settings = 'prompt=Once+upon+a+time&temperature=0.8&seed=7&max=24';

for (const { name, howToInstall, start } of [firefox, webkit]) {
  test(
    `in ${name} two models are loaded, write a story together, and every token has its fate`,
    allCores,
    async ({ isolatedSiteUrl }) => {
      test.setTimeout(240_000);
      const session = await start();
      test.skip(session === null, `${name} is not here: ${howToInstall}`);
      if (session === null) return;
      try {
        await session.open(`${isolatedSiteUrl}work.html#${settings}`);
        await expect
          .poll(() => session.evaluate<string>(status), {
            timeout: loadMs,
            message: `${session.browser}: loads`,
          })
          .toBe('Ready to write.');
        await session.evaluate(
          `${inApp('antiphon-composer')}.shadowRoot.querySelector('button.primary').click()`,
        );
        await expect
          .poll(() => session.evaluate<string>(status), {
            timeout: loadMs,
            message: `${session.browser}: writes`,
          })
          .toMatch(/after \d+ tokens?\.$/);
        const story = `${inApp('antiphon-story')}.shadowRoot.querySelector('.story')`;
        const text = await session.evaluate<string>(`${story}.textContent`);
        expect(text).toMatch(/^Once upon a time\S*\s.{40}/s);
        const accepted = await session.evaluate<number>(`${story}.querySelectorAll('.accepted').length`);
        expect(accepted).toBeGreaterThan(4);
      } finally {
        await session.close();
      }
    },
  );
}
