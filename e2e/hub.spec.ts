import { randomBytes } from 'node:crypto';
import { contentOfBytes, contentsOfFolder } from '../scripts/testing/hub-content.ts';
import { HubServer } from '../scripts/testing/hub-server.ts';
import { openHarness } from './harness.ts';
import { HeapWatch } from './heap-watch.ts';
import { test as siteTest } from './site.ts';
import { expect, loadMs, startButton } from './story-page.ts';

const token = 'known-to-the-hub-alone';
const weights = 'onnx/model_q4.onnx';
const files = await contentsOfFolder(new URL('../public/models/story-draft/', import.meta.url).pathname);

const test = siteTest.extend<{ readonly hub: HubServer }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs from here
  hub: async ({}, use) => {
    const hub = await HubServer.start();
    hub.commit('somebody/stories', files, { token });
    await use(hub);
    await hub.stop();
  },
});

test('a private repository comes over the hub and its CDN, goes on after it was aborted, and loads again without the network', async ({
  firstVisit: page,
  hub,
}) => {
  await openHarness(page);
  hub.inject({ place: 'cdn', path: weights }, { kind: 'stall', afterBytes: 700_000 });

  const first = await page.evaluate(
    async ([hubUrl, given]) => {
      const engine = await window.antiphon.connect({ backend: 'wasm', hubUrl });
      const refusal = await engine.load('somebody/stories').catch((error) => error.message);
      const estimate = await engine.estimate('somebody/stories', { token: given });
      const controller = new AbortController();
      await engine
        .load('somebody/stories', {
          token: given,
          signal: controller.signal,
          onProgress: ({ bytesLoaded }) => void (bytesLoaded >= 500_000 && controller.abort()),
        })
        .catch(() => {});
      await engine.load('somebody/stories', { token: given });
      await engine.load('story-draft');
      const write = (model: string) =>
        engine.decode({
          prompt: 'Once upon a time',
          maxTokens: 12,
          sampling: { temperature: 0 },
          method: { kind: 'plain', model },
        }).result;
      const fromHub = await write('somebody/stories');
      const bundled = await write('story-draft');
      const stored = await engine.storedModels();
      await engine.close();
      return { refusal, estimate, texts: [fromHub.text, bundled.text], stored };
    },
    [hub.url, token] as const,
  );

  expect(first.refusal).toMatch(/somebody\/stories is private, gated, or does not exist/);
  expect(first.estimate).toMatchObject({ dtype: 'q4', downloadBytes: files.get(weights)!.bytes });
  expect(first.estimate.memory.fits).toBe(true);
  expect(first.texts[0]).toBe(first.texts[1]);
  expect(first.stored.models.map(({ id, complete }) => [id, complete]).sort()).toEqual([
    ['somebody/stories', true],
    ['story-draft', true],
  ]);
  // The browser takes the token away where the hub sends it to another origin.
  const seen = (place: 'hub' | 'cdn') =>
    new Set(hub.requests.filter((one) => one.place === place).map(({ authorization }) => authorization));
  expect(seen('cdn')).toEqual(new Set([null]));
  expect(seen('hub')).toContain(`Bearer ${token}`);
  const [stalled, rest] = hub.requests.filter(({ place }) => place === 'cdn');
  const start = Number(/^bytes=(\d+)-$/.exec(rest!.range ?? '')?.[1]);
  expect(start).toBeLessThanOrEqual(stalled!.bytesSent);
  expect(rest).toMatchObject({ status: 206, bytesSent: files.get(weights)!.bytes - start });

  const hubUrl = hub.url;
  await hub.stop();
  const second = await page.evaluate(async (url) => {
    const engine = await window.antiphon.connect({ backend: 'wasm', hubUrl: url });
    const { id, notes } = await engine.load('somebody/stories');
    const freedBytes = await engine.deleteStored('somebody/stories');
    const again = await engine.storedModels();
    await engine.close();
    return { id, notes, freedBytes, left: again.models.map((model) => model.id) };
  }, hubUrl);

  const sizes = [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  expect(second).toMatchObject({ id: 'somebody/stories', left: ['story-draft'] });
  // The list of files is kept too.
  expect(second.freedBytes).toBeGreaterThan(sizes);
});

test('weights that another origin compresses unseen load, as a repository and as a folder that nobody lists', async ({
  page,
  hub,
}) => {
  hub.commit('somebody/open', files);
  hub.inject({ place: 'cdn', path: weights }, { kind: 'gzip' }, Infinity);
  await openHarness(page);
  const loaded = await page.evaluate(async (hubUrl) => {
    const engine = await window.antiphon.connect({ backend: 'wasm', hubUrl });
    const folder = await engine.load(`${hubUrl}/somebody/open/resolve/main/`);
    const repository = await engine.load('somebody/open');
    await engine.close();
    return [folder.sha256, repository.sha256];
  }, hub.url);
  expect(loaded).toEqual(Array(2).fill(files.get(weights)!.sha256));
});

test('a large file stands in the JavaScript heap once, when it is here and checked, and never twice', async ({
  page,
  hub,
}) => {
  // No graph: the load ends with what JavaScript alone has done.
  const bytes = randomBytes(128 * 2 ** 20);
  hub.commit('somebody/noise', new Map(files).set(weights, contentOfBytes(bytes)));
  await openHarness(page);
  const watch = await HeapWatch.start(page);
  const failure = await page.evaluate(async (hubUrl) => {
    const engine = await window.antiphon.connect({ backend: 'wasm', hubUrl });
    const error = await engine.load('somebody/noise').catch((reason) => reason);
    await engine.close();
    return { code: error.code, message: error.message };
  }, hub.url);
  await watch.end();
  expect(failure).toMatchObject({ code: 'integrity' });
  expect(hub.bytesSentOf(weights)).toBe(bytes.byteLength);
  expect(watch.samples).toBeGreaterThan(20);
  expect(watch.peakBytes).toBeGreaterThan(bytes.byteLength);
  expect(watch.peakBytes / bytes.byteLength, 'peak of the heap ÷ size of the file').toBeLessThan(1.3);
});

test('the page lists what is stored, deletes it, and tells whether a model would fit', async ({ page }) => {
  await page.goto('work.html');
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  await page.getByText('Models on this device').click();
  const list = page.getByRole('list', { name: 'Stored models' });
  await expect(list).toContainText('5.4 MB');
  const deleteButton = list.getByRole('button').first();
  const name = (await deleteButton.getAttribute('aria-label'))!;
  await deleteButton.click();
  await expect(page.getByText(/was deleted; 5\.\d MB freed/)).toBeVisible();
  await expect(page.getByRole('button', { name })).toHaveCount(0);

  await page.getByLabel('Would a model of the hub fit?').fill('story-base');
  await page.getByRole('button', { name: 'Ask' }).click();
  await expect(page.getByText(/\(q4\): a download of 5\.\d MB; takes about .* it fits\./)).toBeVisible();
});
