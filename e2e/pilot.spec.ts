import { readFileSync } from 'node:fs';
import type { PilotReport } from '../src/pilot/report.ts';
import { axeFindings } from './axe.ts';
import { poorContrasts } from './contrast.ts';
import { expect, loadMs, test } from './story-page.ts';

test('a pilot on the page: prompts, plan, runs, an interruption by a reload, recommendation, report', async ({
  page,
}) => {
  await page.goto('work.html');
  await page.getByRole('heading', { name: 'Pilot' }).click();
  const pilot = page.locator('antiphon-pilot');
  const prompts = pilot.getByLabel('One per line, or JSON Lines');
  await prompts.fill('{"prompt": "Long ago"}\n{"question": "Why?"}');
  await expect(pilot.getByRole('alert')).toContainText('line 2: there is no field "prompt"');
  await prompts.fill('{"prompt": "Long ago"}\n{"messages": [{"role": "user", "content": "Hello"}]}');
  await expect(pilot.getByRole('alert')).toContainText(
    /line 2: this is a chat, and story-(base|draft|fairy|space) has no chat template/,
    { timeout: loadMs },
  );

  await prompts.fill('{"prompt": "Long ago"}\n{"prompt": "One spring morning"}');
  await pilot.getByLabel('Draft model').uncheck();
  await pilot.getByLabel('Naive').uncheck();
  await pilot.getByLabel('Exact').uncheck();
  await pilot.getByLabel('Coupled').check();
  await pilot.getByLabel('Max tokens').fill('24');
  await pilot.getByLabel('Min. speed-up').fill('0');
  await expect(pilot.locator('.go')).toContainText('2 prompts × 2 methods with references = 4 runs, about', {
    timeout: loadMs,
  });
  const start = pilot.getByRole('button', { name: 'Start the pilot' });
  await expect(start).toBeEnabled({ timeout: loadMs });
  await start.click();
  // The page listens to itself: four short runs may be over between two looks from outside.
  await pilot.evaluate(
    ({ shadowRoot }) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (/^[1-3] of 4 runs/.test(shadowRoot?.querySelector('.sum')?.textContent ?? '')) resolve();
        };
        new MutationObserver(look).observe(shadowRoot as ShadowRoot, {
          childList: true,
          characterData: true,
          subtree: true,
        });
        look();
      }),
  );

  // Whatever had finished when the page went away is there again, and is not run again.
  await page.reload();
  const goOn = pilot.getByRole('button', { name: 'Resume this pilot' });
  await expect(goOn).toBeEnabled({ timeout: loadMs });
  await goOn.click();
  const result = page.locator('antiphon-pilot-result');
  await expect(result.getByRole('heading', { level: 3 })).toHaveText(
    /^Recommended, but not for speed: alternate \(CoS\), γ.=.1, coupled, for Fairy-tale teller × Space-story teller, λ.=.0.5 · 0.5$/,
    { timeout: 60_000 },
  );
  await expect(result).toContainText('All 2 texts are the reference’s, token for token.');
  await expect(result).toContainText('Not enough pairs to say how fast it is: 2 texts were compared');
  await expect(result).toContainText('It ran in 2 sessions');
  await expect(result.locator('figure svg')).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  expect(await page.evaluate(poorContrasts)).toEqual([]);

  const saved = page.waitForEvent('download');
  await result.getByRole('button', { name: 'JSON' }).click();
  const report: PilotReport = JSON.parse(readFileSync(await (await saved).path(), 'utf8'));
  expect(report).toMatchObject({ format: 'antiphon-pilot', version: '3.0', planned: 4, runs: { length: 4 } });
  expect(report.methods[1]).toMatchObject({
    finished: 2,
    texts: { compared: 2, identical: 2 },
    deviation: 0,
  });

  // Asking for more changes the verdict, not the runs.
  await pilot.getByLabel('Min. speed-up').fill('99');
  await expect(result.getByRole('heading', { level: 3 })).toContainText(
    'Not enough pairs to say which method meets the criteria',
  );
});
