import type { Locator, Page } from '@playwright/test';
import { axeFindings } from './axe.ts';
import { openReturning, test as siteTest } from './site.ts';
import { expect, loadMs, runToEnd, startButton, story } from './story-page.ts';

/** One visit for all journeys: each looks at the same finished run. */
let visit: Page;
const test = siteTest.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs from here
  page: async ({}, use) => {
    await visit.getByRole('button', { name: 'Latest' }).click();
    await use(visit);
  },
});

test.beforeAll(async ({ visited }) => {
  visit = await openReturning(visited);
  await visit.setViewportSize({ width: 1440, height: 1000 });
  // Without motion the picture is at rest as soon as it is painted.
  await visit.emulateMedia({ reducedMotion: 'reduce' });
  await visit.goto('work.html');
  await expect(startButton(visit)).toBeEnabled({ timeout: loadMs });
  await visit.getByLabel('Seed').fill('7');
  await visit.getByText('More settings').click();
  await visit.getByLabel('Max tokens').fill('80');
  await runToEnd(visit);
});

test.afterAll(() => visit.close());

const timeline = (page: Page): Locator => page.getByRole('application', { name: 'Timeline of rounds' });
const card = (page: Page): Locator => page.locator('antiphon-rhythm-timeline .card');
const current = (page: Page): Locator => page.locator('antiphon-rhythm .current');

/** Beginning and end of what is in sight, in seconds. */
async function inSight(page: Page): Promise<readonly [number, number]> {
  const text = (await page.locator('antiphon-rhythm .shown').textContent()) ?? '';
  const [from, to] = [...text.matchAll(/[\d.]+/g)].map(([seconds]) => Number(seconds));
  return [from, to];
}

/** Of one time as two windows tell it: to tenths of a second, or finer. */
const tellingMs = 60;

function expectSameTime(told: number, as: number): void {
  expect(Math.abs(told - as) * 1000).toBeLessThan(tellingMs);
}

async function lengthInSight(page: Page): Promise<number> {
  const [from, to] = await inSight(page);
  return to - from;
}

const numberOf = async (page: Page, name: string): Promise<number> => {
  const title = page.locator('dt', { hasText: new RegExp(`^\\s*${name}(\\s+instead of \\d)?\\s*$`) });
  const number = page.locator('antiphon-live-numbers .number').filter({ has: title });
  return Number(await number.locator('dd').textContent());
};

/** How many points of the timeline have exactly this custom property's colour. */
const pointsOf = (page: Page, property: string): Promise<number> =>
  page.locator('antiphon-rhythm-timeline canvas').evaluate((canvas: HTMLCanvasElement, name) => {
    const context = canvas.getContext('2d');
    const probe = document.createElement('canvas').getContext('2d');
    if (!context || !probe) return -1;
    probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) count++;
    }
    return count;
  }, property);

test('the rhythm shows as many forwards as the statistics count', async ({ page }) => {
  await page.getByText('All rounds as a table').click();
  const table = page.getByRole('region', { name: 'Table of rounds' });
  const earlier = page.getByRole('button', { name: 'Earlier rounds' });
  const later = page.getByRole('button', { name: 'Later rounds' });
  let forwards = 0;
  let rounds = 0;
  // The last rounds reach the table and the numbers a little after the sentence that ends the run.
  await expect(async () => {
    while (await later.isEnabled()) await later.click();
    forwards = rounds = 0;
    let committed = 0;
    for (;;) {
      forwards += await table.locator('tbody td:nth-child(3) > div').count();
      const texts = await table.locator('tbody td.text').allTextContents();
      rounds += texts.length;
      committed += texts.filter((text) => text !== '').length;
      if (await earlier.isDisabled()) break;
      await earlier.click();
    }
    // A round of this run commits a token at the most.
    expect(committed).toBe(await numberOf(page, 'tokens'));
  }).toPass();
  // Two digits settle the number of forwards while there are fewer than a hundred tokens.
  const tokens = await numberOf(page, 'tokens');
  expect(tokens).toBeGreaterThan(20);
  expect(tokens).toBeLessThan(100);
  expect(forwards).toBe(Math.round(tokens * (await numberOf(page, 'forwards per token'))));
  const tokensARound = (tokens - 1) / (rounds - 1);
  expect(await numberOf(page, 'tokens per round')).toBeCloseTo(tokensARound, 2);
  await page.getByText('All rounds as a table').click();
});

test('bars are painted in the colours of both members', async ({ page }) => {
  for (const property of ['--member-a', '--member-b']) {
    await expect.poll(() => pointsOf(page, property)).toBeGreaterThan(500);
  }
});

test('keys pan, zoom and go to both ends', async ({ page }) => {
  await timeline(page).focus();
  const latest = await inSight(page);
  await page.keyboard.press('+');
  expect(await lengthInSight(page)).toBeLessThan(latest[1] - latest[0]);
  await page.keyboard.press('Home');
  expect((await inSight(page))[0]).toBe(0);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  expect((await inSight(page))[0]).toBeGreaterThan(0);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  expect((await inSight(page))[0]).toBe(0);
  await page.keyboard.press('End');
  expectSameTime((await inSight(page))[1], latest[1]);
  await page.keyboard.press('0');
  const whole = await inSight(page);
  expect(whole[0]).toBe(0);
  expectSameTime(whole[1], latest[1]);
  await page.keyboard.press('-');
  expect(await inSight(page)).toEqual(whole);
});

test('buttons, the wheel and dragging do the same', async ({ page }) => {
  const [, end] = await inSight(page);
  await page.getByRole('button', { name: 'Whole run' }).click();
  expect((await inSight(page))[0]).toBe(0);
  expectSameTime((await inSight(page))[1], end);
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  const [from, to] = await inSight(page);
  expect(to - from).toBeLessThan(end / 2);
  await page.getByRole('button', { name: 'Later' }).click();
  expect((await inSight(page))[0]).toBeGreaterThan(from);
  await page.getByRole('button', { name: 'Earlier' }).click();
  expect((await inSight(page))[0]).toBeCloseTo(from, 2);
  const box = await timeline(page).boundingBox();
  if (!box) throw new Error('the timeline has no box');
  const middle = [box.x + box.width / 2, box.y + 60] as const;
  await page.mouse.move(...middle);
  await page.mouse.down();
  await page.mouse.move(middle[0] - 150, middle[1], { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await inSight(page))[0]).toBeGreaterThan(from);
  const before = await lengthInSight(page);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -300);
  await page.keyboard.up('Control');
  await expect.poll(() => lengthInSight(page)).toBeLessThan(before);
  await expect(page.getByRole('button', { name: 'Latest' })).toHaveAttribute('aria-pressed', 'false');
});

test('a forward shows its numbers when pointed at, and marks its round in the story when pressed', async ({
  page,
}) => {
  const box = await page.locator('antiphon-rhythm-timeline canvas').boundingBox();
  const badge = await page.locator('antiphon-rhythm-timeline .badge').first().boundingBox();
  if (!box || !badge) throw new Error('the timeline has no box');
  const y = badge.y + badge.height / 2;
  // A's last bars stand in the right half.
  for (let x = box.x + box.width * 0.85; x > box.x; x -= 10) {
    await page.mouse.move(x, y);
    if (await card(page).isVisible()) break;
  }
  await expect(card(page)).toContainText(/A\s*(score|draft)/);
  await expect(card(page)).toContainText(/round\s*\d+/);
  await expect(card(page)).toContainText(/took\s*\d+(\.\d)? ms/);
  await expect(card(page)).toContainText(/tokens fed\s*\d+/);
  const [, round] = (await card(page).textContent())?.match(/round\s*(\d+)/) ?? [];
  await page.mouse.down();
  await page.mouse.up();
  await expect(current(page)).toContainText(`Round ${round}`);
  await expect(story(page).locator('mark')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(card(page)).toHaveCount(0);
});

test('Shift with an arrow key steps through the rounds', async ({ page }) => {
  await timeline(page).focus();
  await page.keyboard.press('Shift+ArrowLeft');
  const first = Number((await current(page).locator('strong').textContent())?.match(/\d+/)?.[0]);
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(current(page).locator('strong')).toHaveText(`Round ${first - 1}`);
  await expect(current(page)).toContainText(/\d forwards?, \d+ tokens?\./);
  await expect(current(page)).toHaveAttribute('aria-live', 'polite');
});

test('the charts tell acceptance rate and speed, and leave out a draft length that never changes', async ({
  page,
}) => {
  const charts = page.locator('antiphon-rhythm-charts figure');
  await expect(charts).toHaveText([/Acceptance rate.*now \d+ %/s, /Tokens a second.*now \d+/s]);
  await charts.first().scrollIntoViewIfNeeded();
  await expect(charts.locator('canvas')).toHaveCount(2);
});

test('axe finds nothing, in light colours and in dark ones', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await timeline(page).focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.getByText('All rounds as a table').click();
  await expect(page.getByRole('region', { name: 'Table of rounds' })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await axeFindings(page, ['color-contrast'])).toEqual([]);
  await page.getByText('All rounds as a table').click();
});

test('it is usable at 360 px', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(timeline(page)).toBeVisible();
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
  ).toBe(true);
  await expect.poll(() => pointsOf(page, '--member-b')).toBeGreaterThan(100);
  await page.setViewportSize({ width: 1440, height: 1000 });
});

test('folded away it stays folded, and its code is not even fetched', async ({ page, visited }) => {
  const other = await openReturning(visited);
  const fetched: string[] = [];
  other.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  const scripts = () => fetched.filter((path) => /rhythm-(view|charts)/.test(path)).length;
  // Two loads and two runs: short ones, so that a busy machine finishes them in a test's time.
  await other.goto('work.html#max=24');
  await expect(startButton(other)).toBeEnabled({ timeout: loadMs });
  expect(scripts()).toBe(0);
  await runToEnd(other);
  await expect(timeline(other)).toBeVisible();
  await expect.poll(scripts).toBe(2);
  await other.getByText('Rhythm', { exact: true }).click();
  await expect(timeline(other)).toHaveCount(0);
  await other.reload();
  fetched.length = 0;
  await runToEnd(other);
  await expect(other.getByText('Rhythm', { exact: true })).toBeVisible();
  await expect(timeline(other)).toHaveCount(0);
  expect(scripts()).toBe(0);
  await other.close();
  await expect(timeline(page)).toBeVisible();
});
