import { axeFindings } from './axe.ts';
import { expect, loadMs, startButton, test } from './story-page.ts';

test('a race runs three ways and shows that they wrote the same text', async ({ page }) => {
  await page.goto('work.html#seed=7&max=24&prompt=Long+ago');
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  await page.getByRole('button', { name: 'Race', exact: true }).click();
  const race = page.locator('antiphon-race');
  await expect(page.getByRole('progressbar', { name: /^Sequential/ })).toBeVisible();
  await expect(page.locator('antiphon-app').getByRole('status')).toContainText(/^(The race|Racing)/);
  await expect(race.locator('.lane h3')).toHaveText(['Sequential', 'Black box', 'Alternate (CoS)'], {
    timeout: 60_000,
  });
  await expect(race.locator('.verdict')).toContainText('All lanes wrote the same text, token for token.', {
    timeout: 60_000,
  });
  await expect(race.locator('.lane.finished')).toHaveCount(3);
  // The bars are the times: the slowest lane's is the longest.
  const bars = await race.locator('.lane').evaluateAll((lanes) =>
    lanes.map((lane) => ({
      width: lane.querySelector('.track > span')!.getBoundingClientRect().width,
      seconds: Number.parseFloat(lane.querySelector('.time')!.textContent ?? ''),
    })),
  );
  const slowest = bars.reduce((one, other) => (other.seconds > one.seconds ? other : one));
  for (const { width, seconds } of bars) {
    expect(width / slowest.width).toBeCloseTo(seconds / slowest.seconds, 1);
  }
  await expect(race.locator('tbody tr td:nth-child(4)')).toHaveText([
    '–',
    /^\d+\.\d\d × \(\d\)$/,
    /^\d+\.\d\d × \(\d\)$/,
  ]);
  const texts = await race.locator('antiphon-story').evaluateAll((lanes) =>
    lanes.map((lane) => {
      const copy = lane.shadowRoot!.querySelector('.story')!.cloneNode(true) as Element;
      for (const dropped of copy.querySelectorAll('del')) dropped.remove();
      return copy.textContent;
    }),
  );
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toMatch(/^Long ago.{40}/s);
  // Asking both for each of the 23 tokens behind the first, against one forward a token where proposals hold.
  const forwards = await race.locator('tbody tr td:nth-child(6)').allTextContents();
  expect(Number(forwards[0])).toBe(46);
  expect(Number(forwards[2])).toBeLessThan(46);
  expect(await axeFindings(page)).toEqual([]);
  // Other ways, as the reader chooses.
  await race.getByRole('checkbox', { name: 'Black box' }).uncheck();
  await race.getByRole('checkbox', { name: 'Alternate (CoS)' }).uncheck();
  await race.getByRole('checkbox', { name: 'Naive' }).check();
  await race.getByRole('button', { name: 'Race again' }).click();
  await expect(race.locator('.lane h3')).toHaveText(['Sequential', 'Naive'], { timeout: 60_000 });
  await page.getByRole('button', { name: 'Close the race' }).click();
  await expect(race).toHaveCount(0);
});

test('without motion the lanes are finished from the start, and a draft model races the model alone', async ({
  page,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('work.html#seed=7&max=24&method=draft-model');
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  await page.getByRole('button', { name: 'Race', exact: true }).click();
  await expect(page.locator('antiphon-race .lane.finished h3')).toHaveText(['Alone', 'With draft model'], {
    timeout: 60_000,
  });
  await expect(page.locator('antiphon-race .verdict')).toContainText('the same text, token for token');
});
