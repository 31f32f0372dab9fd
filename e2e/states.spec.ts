import { axeFindings } from './axe.ts';
import { expect, loadMs, runToEnd, startButton, story, test } from './story-page.ts';

test('without a connection the page says so once, and loads the models when it is back', async ({
  firstVisit: page,
  context,
}) => {
  const weights = '**/*.onnx';
  await page.route(weights, (route) => route.abort('internetdisconnected'));
  await page.goto('work.html');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('and Space-story teller (story-space) could not be loaded', {
    timeout: loadMs,
  });
  await context.setOffline(true);
  await expect(alert).toContainText('You are offline');
  await expect(alert).toHaveCount(1);
  await expect(alert.getByRole('button', { name: 'Try again' })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await page.unroute(weights);
  await context.setOffline(false);
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  await expect(alert).toHaveCount(0);
});

test('an engine that dies while nothing runs is told, and its text goes on after a restart', async ({
  page,
}) => {
  await page.goto('work.html#seed=7&max=24&prompt=Long+ago');
  await runToEnd(page);
  const told = await story(page).textContent();
  const [worker] = page.workers();
  await worker.evaluate(() => self.close());
  const alert = page.getByRole('alert').filter({ hasText: 'The engine is not running' });
  await expect(alert).toContainText('The engine stopped unexpectedly.');
  expect(await story(page).textContent()).toBe(told);
  await alert.getByRole('button', { name: 'Restart the engine' }).click();
  await expect(alert).toHaveCount(0);
  await runToEnd(page, page.getByRole('button', { name: 'Continue' }));
  expect((await story(page).textContent())?.startsWith('Long ago')).toBe(true);
});
