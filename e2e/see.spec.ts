import type { Page } from '@playwright/test';
import { axeFindings } from './axe.ts';
import { test } from './site.ts';
import { expectSmooth } from './smooth.ts';
import { expect } from './story-page.ts';

const claim = (page: Page) => page.locator('.claim');
const recordingPlays = (page: Page) =>
  expect(page.getByRole('group', { name: 'Text, Taking turns' })).toContainText('a quiet bear');

/** What somebody sees without scrolling, in the worst pane. */
const fitOf = (page: Page) =>
  page.evaluate(() => {
    const root = document.querySelector('antiphon-see')!.shadowRoot!;
    const panes = [...root.querySelectorAll('antiphon-see-pane')].map((pane) => pane.shadowRoot!);
    const { scrollWidth, scrollHeight } = document.documentElement;
    const bottoms = [...root.querySelectorAll('main > *')].map((part) => part.getBoundingClientRect().bottom);
    const targets = [...root.querySelectorAll('a, button, input')].map((target) =>
      target.getBoundingClientRect(),
    );
    return {
      isWhole:
        scrollWidth <= innerWidth && scrollHeight <= innerHeight && Math.max(...bottoms) <= innerHeight,
      lines: Math.min(
        ...panes.map((pane) => {
          const text = pane.querySelector('.text')!;
          return Math.floor(text.clientHeight / Number.parseFloat(getComputedStyle(text).lineHeight));
        }),
      ),
      smallestTarget: Math.min(...targets.flatMap(({ width, height }) => [width, height])),
    };
  });

test('the recording plays after less than 1 MB, without a model, and fits every window', async ({
  firstVisit: page,
}) => {
  const sizes: Promise<number>[] = [];
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('requestfinished', (request) =>
    sizes.push(
      request
        .sizes()
        .then(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize),
    ),
  );
  await page.goto('./');
  await recordingPlays(page);
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes).toBeLessThan(1_000_000);
  expect(asked.filter((url) => /\.onnx|engine\.worker/.test(url))).toEqual([]);

  for (const [width, height] of [
    [1440, 900],
    [768, 1024],
    [390, 844],
    [360, 640],
    // 1440 × 900 at 200 %.
    [720, 450],
  ] as const) {
    await page.setViewportSize({ width, height });
    const { isWhole, lines, smallestTarget } = await fitOf(page);
    expect({ width, isWhole }).toEqual({ width, isWhole: true });
    expect(lines, `${width} × ${height}`).toBeGreaterThanOrEqual(3);
    expect(smallestTarget).toBeGreaterThanOrEqual(24);
  }
  expect(await axeFindings(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await axeFindings(page, ['color-contrast'])).toEqual([]);
});

test('a visitor’s own story is written both ways with the same text, and loads two models and no more', async ({
  firstVisit: page,
}) => {
  const models = new Set<string>();
  let bytes = 0;
  page.context().on('requestfinished', async (request) => {
    const model = /models\/([^/]+)\//.exec(request.url())?.[1];
    if (model) models.add(model);
    if (/\.(onnx|wasm)$/.test(request.url()) && request.method() === 'GET')
      bytes += (await request.sizes()).responseBodySize;
  });
  // A seed with which the story is short.
  await page.addInitScript(() => {
    crypto.getRandomValues = (numbers) => {
      if (numbers instanceof Uint16Array) numbers.fill(4);
      return numbers;
    };
  });
  await page.goto('./');
  await recordingPlays(page);
  const hint = page.getByText(/Loads \d+ MB once/);
  await expect(hint).toBeVisible();
  const megabytes = Number(/\d+/.exec((await hint.textContent()) ?? '')?.[0]);
  await page.getByLabel('Your story begins with').fill('After that, they were friends');
  await page.getByRole('button', { name: 'Write one live' }).click();
  await expect(claim(page)).toContainText(/on this device|too few repeats/, { timeout: 90_000 });
  await expect(claim(page)).toContainText(/identical text, \d+ % fewer model calls, /);
  await expect(page.getByText('The models are loaded. Nothing leaves this device.')).toBeVisible();
  expect([...models].sort()).toEqual(['story-fairy', 'story-space']);
  expect(Math.abs(bytes / 1e6 - megabytes)).toBeLessThan(1);
  await expect(page.getByRole('group', { name: 'Text, Taking turns' })).toContainText(
    'After that, they were friends forever.',
  );
  const slider = page.getByRole('slider');
  await slider.focus();
  await page.keyboard.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', 'true speed');
  await expect(page.getByRole('status')).toContainText('Both stories are finished: identical text');
  expect(await axeFindings(page)).toEqual([]);
});

test('playing costs the main thread a fraction of each frame', async ({ page }) => {
  await page.goto('./');
  await recordingPlays(page);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const workSeconds = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    const parts = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];
    return metrics.filter(({ name }) => parts.includes(name)).reduce((sum, { value }) => sum + value, 0);
  };
  const before = await workSeconds();
  const frames = 60;
  await page.evaluate(async (count) => {
    for (let frame = 0; frame < count; frame++) await new Promise(requestAnimationFrame);
  }, frames);
  // Of 16.7 ms.
  expect((1000 * ((await workSeconds()) - before)) / frames).toBeLessThan(6);
});

test('the recording plays without a dropped frame', async ({ page }) => {
  await expectSmooth(page, async () => {
    await page.goto('./');
    await recordingPlays(page);
  });
});

test('where motion is not wanted the story stands there at once, and plays on request', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('./');
  await expect(page.getByRole('button', { name: 'Watch again' })).toBeVisible();
  await expect(page.getByRole('group', { name: 'Text, One model' })).toContainText(/forever\.\s*$/);
  await page.getByRole('button', { name: 'Watch again' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
});

test('links with settings lead to the workbench, also in a page that is open', async ({ page }) => {
  await page.goto('index.html?from=here#method=plain&target=story-draft&seed=3');
  await expect(page).toHaveURL(/work\.html\?from=here#.*seed=3/);
  await expect(page.getByLabel('Seed')).toHaveValue('3');
  await page.goto('./#top');
  await expect(page).toHaveURL(/#top$/);
  await recordingPlays(page);
  await page.evaluate(() => {
    location.hash = '#seed=4';
  });
  await expect(page).toHaveURL(/work\.html#.*seed=4/);
});
