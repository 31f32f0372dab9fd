import type { Page, Worker } from '@playwright/test';
import { contentsOfFolder } from '../scripts/testing/hub-content.ts';
import type { HubFault } from '../scripts/testing/hub-fault.ts';
import { HubServer } from '../scripts/testing/hub-server.ts';
import type { EngineApi, EngineOptions } from '../src/engine/engine-api.ts';
import { openHarness } from './harness.ts';
import { allCores, test as siteTest } from './site.ts';
import { expect } from './story-page.ts';

/*
 * Cells of the matrix of faults (src/engine/testing/fault-matrix.ts) in Chromium, with the real runtime. Other specs hold
 * those of a worker that dies, stop and close (terminal-page), abort (hub), refused storage and locks (blocked-storage),
 * and two tabs (src/models/files/storage/opfs.browser.test.ts).
 */

declare global {
  interface Window {
    faultyEngine: EngineApi;
    /** Awaited in the middle of a text. */
    onThirdRound?(): Promise<void>;
  }
}

const weights = 'onnx/model_q4.onnx';
const repository = 'somebody/stories';
const files = await contentsOfFolder(new URL('../public/models/story-draft/', import.meta.url).pathname);

const test = siteTest.extend<{ readonly hub: HubServer }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs from here
  hub: async ({}, use) => {
    const hub = await HubServer.start();
    hub.commit(repository, files);
    await use(hub);
    await hub.stop();
  },
});

/** Connects, and answers the engine's worker before it has opened anything. */
async function connect(page: Page, options: EngineOptions): Promise<Worker> {
  await openHarness(page);
  await page.evaluate(async (given) => {
    window.faultyEngine = await window.antiphon.connect(given);
  }, options);
  return page.workers().at(-1)!;
}

/** What a load comes to. */
const load = (page: Page, model: string): Promise<string> =>
  page.evaluate(
    (name) =>
      window.faultyEngine.load(name).then(
        () => 'resolves',
        ({ name, code, details }) => (code ? `${code} (${details.reason})` : name),
      ),
    model,
  );

/** What a short decode comes to, and the engine's state behind it. */
function decode(page: Page, model: string, maxTokens = 8) {
  return page.evaluate(
    async ([name, maxTokens]) => {
      const run = window.faultyEngine.decode({
        ...{ prompt: 'Once upon a time', seed: 1, maxTokens, sampling: { temperature: 0 } },
        method: { kind: 'plain', model: name },
      });
      const read = async () => {
        for await (const { index } of run) if (index === 2) await window.onThirdRound?.();
      };
      const outcome = await Promise.all([run.result, read()]).then(
        ([{ text, finishReason, resumed }]) => ({ text, finishReason, resumed: resumed.length }),
        ({ code }) => ({ code }),
      );
      return { ...outcome, state: (await window.faultyEngine.info()).state };
    },
    [model, maxTokens] as const,
  );
}

/** Has what waits for a server or for storage wait for a fiftieth of its time. */
const hurry = (worker: Worker): Promise<void> =>
  worker.evaluate(() => {
    const { setTimeout, setInterval } = self;
    const faster =
      (start: (handler: TimerHandler, ms?: number) => number) =>
      (handler: TimerHandler, ms = 0) =>
        start.call(self, handler, ms / 50);
    Object.assign(self, { setTimeout: faster(setTimeout), setInterval: faster(setInterval) });
  });

test('what a server does instead of giving a file ends the load with its reason, and the next one resolves', async ({
  firstVisit: page,
  hub,
}) => {
  const faults: readonly (readonly [HubFault, string])[] = [
    [{ kind: 'status', status: 403 }, 'download (access)'],
    [{ kind: 'status', status: 429 }, 'download (http-status)'],
    [{ kind: 'status', status: 503 }, 'download (http-status)'],
    [{ kind: 'stall', afterBytes: 100 }, 'download (stalled)'],
    [{ kind: 'cut', afterBytes: 100 }, 'download (interrupted)'],
    [{ kind: 'html-page' }, 'integrity (html-page)'],
    [{ kind: 'wrong-bytes' }, 'integrity (hash)'],
  ];
  await hurry(await connect(page, { backend: 'wasm', hubUrl: hub.url }));
  for (const [fault, outcome] of faults) {
    hub.inject({ place: 'cdn', path: weights }, fault, 5);
    expect(await load(page, repository), fault.kind).toBe(outcome);
    hub.clearFaults();
  }
  expect(await load(page, repository)).toBe('resolves');
  expect(await decode(page, repository)).toMatchObject({ finishReason: 'length', state: 'open' });
});

test('a full quota ends the load and keeps no part, and a freed one serves the next', async ({
  firstVisit: page,
}) => {
  await connect(page, { backend: 'wasm' });
  const session = await page.context().newCDPSession(page);
  const origin = new URL(page.url()).origin;
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 400_000 });
  expect(await load(page, 'story-draft')).toMatch(/^storage-full/);
  const stored = await page.evaluate(() => window.faultyEngine.storedModels());
  expect(stored.models.flatMap((model) => model.weights)).toEqual([]);
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  expect(await load(page, 'story-draft')).toBe('resolves');
});

test('storage that never answers is given up: the model loads without it, and is unloaded', async ({
  firstVisit: page,
}) => {
  const worker = await connect(page, { backend: 'wasm' });
  await hurry(worker);
  await worker.evaluate(() => {
    const never = () => new Promise<never>(() => {});
    Object.assign(FileSystemFileHandle.prototype, { createSyncAccessHandle: never, getFile: never });
    Object.assign(Cache.prototype, { match: never, put: never });
  });
  expect(await load(page, 'story-draft')).toBe('resolves');
  expect(await decode(page, 'story-draft')).toMatchObject({ finishReason: 'length', state: 'open' });
  await page.evaluate(() => window.faultyEngine.unload('story-draft'));
  expect(await decode(page, 'story-draft')).toEqual({ code: 'invalid-request', state: 'open' });
  expect(await load(page, 'story-draft')).toBe('resolves');
});

test('a model for which the heap has no room is refused, and a smaller one loads', async ({ page }) => {
  const worker = await connect(page, { backend: 'wasm' });
  expect(await load(page, 'story-draft')).toBe('resolves');
  await worker.evaluate(() => {
    const { grow } = WebAssembly.Memory.prototype;
    WebAssembly.Memory.prototype.grow = () => {
      throw new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded');
    };
    Object.assign(self, { giveRoom: () => Object.assign(WebAssembly.Memory.prototype, { grow }) });
  });
  expect(await load(page, 'story-base')).toMatch(/^out-of-memory/);
  expect(await decode(page, 'story-draft')).toMatchObject({ finishReason: 'length', state: 'open' });
  await worker.evaluate(() => (self as unknown as { giveRoom(): void }).giveRoom());
  expect(await load(page, 'story-base')).toBe('resolves');
});

test('a frozen tab goes on with its decode when it thaws', async ({ page }) => {
  await connect(page, { backend: 'wasm' });
  expect(await load(page, 'story-draft')).toBe('resolves');
  const session = await page.context().newCDPSession(page);
  const set = (state: 'frozen' | 'active') => session.send('Page.setWebLifecycleState', { state });
  // The page, which is about to stand still, waits for neither.
  await page.exposeFunction('onThirdRound', () => {
    set('frozen').then(() => set('active'));
  });
  expect(await decode(page, 'story-draft')).toMatchObject({ finishReason: 'length', state: 'open' });
});

test(
  'a lost device is replaced beneath a text, and one that is lost again and again is told',
  allCores,
  async ({ page }) => {
    const worker = await connect(page, { backend: 'webgpu' });
    await worker.evaluate(() => {
      const { requestDevice } = GPUAdapter.prototype;
      const scope = Object.assign(self, { losesAll: false, lose: () => {} });
      GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, ...args) {
        const device = await requestDevice.apply(this, args);
        scope.lose = () => device.destroy();
        if (scope.losesAll) device.destroy();
        return device;
      };
    });
    const lose = (all: boolean): Promise<void> =>
      worker.evaluate((losesAll) => {
        const scope = self as unknown as { losesAll: boolean; lose(): void };
        scope.losesAll = losesAll;
        scope.lose();
      }, all);
    expect(await load(page, 'story-draft')).toBe('resolves');
    const steps = [() => {}, () => lose(false), () => lose(true)];
    await page.exposeFunction('onThirdRound', () => steps.shift()?.());
    // Long enough that the loss comes before the end.
    const story = () => decode(page, 'story-draft', 16);
    const whole = await story();
    expect(await story()).toEqual({ ...whole, resumed: 1 });
    expect(await story()).toEqual({ code: 'device-lost', state: 'lost' });
    await lose(false);
    expect(await story()).toEqual(whole);
  },
);
