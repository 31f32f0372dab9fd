import { join } from 'node:path';
import { chromium } from 'playwright';
import { ensureSite, projectFolder, siteFolder } from './build.ts';
import { launchOptions } from './find-browser.ts';
import { serveFolder } from './static-server.ts';

/** `npx tsx scripts/page-pictures.ts`: the README's pictures of the page, docs/page-light.png and page-dark.png. */
const settings = 'backend=wasm&seed=7&temperature=1.1&max=120&model1=story-fairy&model2=story-space';
const longestMs = 180_000;

await ensureSite();
const site = await serveFolder({ folder: siteFolder });
const browser = await chromium.launch(launchOptions());
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${site.url}work.html#${settings}`);
  await page.getByRole('button', { name: 'Start', exact: true }).click({ timeout: longestMs });
  const status = page.getByRole('status');
  await status.filter({ hasText: /after \d+ tokens\.$/ }).waitFor({ timeout: longestMs });
  await page.mouse.move(2, 2);
  await page.evaluate(() => scrollTo(0, 0));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(projectFolder, 'docs', `page-${colorScheme}.png`) });
  }
} finally {
  await browser.close();
  await site.close();
}
