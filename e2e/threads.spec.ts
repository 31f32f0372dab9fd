import { expect } from '@playwright/test';
import { decode, openEngine } from './harness.ts';
import { allCores, test } from './site.ts';
import { runToEnd, story } from './story-page.ts';

test(
  'an isolated page gets threads, and writes what one thread writes',
  allCores,
  async ({ page, isolatedSiteUrl }) => {
    await openEngine(page, { backend: 'wasm' }, ['story-base', 'story-draft'], isolatedSiteUrl);
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    const threads = Math.min(cores, 8);
    expect((await page.evaluate(() => window.antiphon.info())).threads).toBe(threads);

    const request = { prompt: 'Once upon a time', maxTokens: 60, sampling: { temperature: 0 } };
    const drafter = { kind: 'model', model: 'story-draft', draftLength: 4 } as const;
    const alone = await decode(page, { ...request, method: { kind: 'plain', model: 'story-base' } });
    const drafted = await decode(page, {
      ...request,
      method: { kind: 'speculative', target: 'story-base', drafter },
    });
    expect(alone.tokenIds.slice(0, 8)).toEqual([14, 352, 281, 260, 496, 1676, 335, 720]);
    expect(drafted.tokenIds).toEqual(alone.tokenIds);

    await page.goto(`${isolatedSiteUrl}work.html#max=24&backend=wasm`);
    await runToEnd(page);
    const named = threads === 1 ? 'one thread' : `${threads} threads`;
    await expect(page.getByText(`Runs on WebAssembly, ${named}`)).toBeVisible();
    await expect(story(page).locator('.accepted').first()).toBeVisible();
  },
);
