import { join } from 'node:path';
import { chromium } from 'playwright';
import { ensureSite, projectFolder, siteFolder } from './build.ts';
import { launchOptions } from './find-browser.ts';
import { serveFolder } from './static-server.ts';

/**
 * `npx tsx scripts/page-pictures.ts`: the README's pictures of the first screen, docs/page-light.png and page-dark.png,
 * at the moment when taking turns has finished and the other way has not.
 */
const longestMs = 60_000;

await ensureSite();
const site = await serveFolder({ folder: siteFolder });
const browser = await chromium.launch(launchOptions());
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(site.url);
  await page.getByText('finished after').waitFor({ timeout: longestMs });
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.mouse.move(2, 2);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(projectFolder, 'docs', `page-${colorScheme}.png`) });
  }
} finally {
  await browser.close();
  await site.close();
}
