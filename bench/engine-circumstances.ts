import type { EnginePage } from '../scripts/terminal/engine-page.ts';
import type { BrowserCircumstances } from './circumstances.ts';

/** What a bench's decodes ran in. */
export async function engineCircumstances(page: EnginePage): Promise<BrowserCircumstances> {
  const { backend, threads } = await page.info();
  return {
    browser: `Chromium ${page.browserVersion}`,
    backend: backend ?? 'no backend',
    threads,
    versions: {},
  };
}
