import { expect, type Page } from '@playwright/test';
import { withoutJspi } from '../scripts/terminal/engine-page.ts';
import type { DecodeRequest } from '../src/engine/decode-request.ts';
import type { DecodeResult, EngineInfo, EngineOptions } from '../src/engine/engine-api.ts';
import type { Outcome } from '../src/ui/terminal-harness.ts';
import { test } from './site.ts';
import { wasmFilesFetched } from './wasm-files.ts';

const plain = { kind: 'plain', model: 'story-base' } as const;
const speculative = {
  kind: 'speculative',
  target: 'story-base',
  drafter: { kind: 'model', model: 'story-draft', draftLength: 4 },
} as const;

async function openEngine(
  page: Page,
  siteUrl: string,
  options: EngineOptions = {},
): Promise<Outcome<unknown>> {
  await page.goto(`${siteUrl}terminal.html`);
  await page.waitForFunction('window.antiphon !== undefined');
  return page.evaluate((given) => window.antiphon.openEngine(given, ['story-base', 'story-draft']), {
    backend: 'wasm',
    ...options,
  } satisfies EngineOptions);
}

async function decode(page: Page, request: DecodeRequest): Promise<DecodeResult> {
  const outcome = await page.evaluate((given) => window.antiphon.runDecode(given), request);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.value;
}

function info(page: Page): Promise<EngineInfo> {
  return page.evaluate(() => window.antiphon.info());
}

test('at temperature 0 speculative decoding writes what plain decoding writes', async ({ page, siteUrl }) => {
  expect(await openEngine(page, siteUrl)).toMatchObject({ ok: true });
  const request = { prompt: 'Once upon a time', maxTokens: 60, sampling: { temperature: 0 } };

  const alone = await decode(page, { ...request, method: plain });
  const together = await decode(page, { ...request, method: speculative });

  expect(alone.tokenIds.slice(0, 8)).toEqual([14, 352, 281, 260, 496, 1676, 335, 720]);
  expect(together.tokenIds).toEqual(alone.tokenIds);
  expect(together.text).toBe(alone.text);
  expect(together.rounds.length).toBeLessThan(alone.rounds.length);
});

test('a page fetches one build of ONNX Runtime, the one that its browser can run', async ({
  browser,
  siteUrl,
}) => {
  const request = { prompt: 'Once upon a time', maxTokens: 8, sampling: { temperature: 0 }, method: plain };
  for (const build of ['jspi', 'asyncify'] as const) {
    const page = await browser.newPage();
    if (build === 'asyncify') await withoutJspi(page);
    const fetched = wasmFilesFetched(page);
    expect(await openEngine(page, siteUrl)).toMatchObject({ ok: true });
    const { tokenIds } = await decode(page, request);
    expect(tokenIds).toEqual([14, 352, 281, 260, 496, 1676, 335, 720]);
    expect(fetched).toEqual([expect.stringContaining(`.${build}`)]);
    await page.close();
  }
});

test('one seed, one text', async ({ page, siteUrl }) => {
  await openEngine(page, siteUrl);
  const request = { prompt: 'Long ago', maxTokens: 40, method: speculative };

  const [first, again, other] = [
    await decode(page, { ...request, seed: 7 }),
    await decode(page, { ...request, seed: 7 }),
    await decode(page, { ...request, seed: 8 }),
  ];

  expect(again.text).toBe(first.text);
  expect(other.text).not.toBe(first.text);
});

test('stopping ends the decode within one round, and the engine serves the next one', async ({
  page,
  siteUrl,
}) => {
  await openEngine(page, siteUrl);

  const { result, roundsSeen, next } = await page.evaluate(async (method) => {
    const engine = await window.antiphon.connect({ backend: 'wasm' });
    await engine.load('story-base');
    const run = engine.decode({ prompt: 'Once upon a time', maxTokens: 200, seed: 1, method });
    let roundsSeen = 0;
    for await (const _round of run) if (++roundsSeen === 3) run.stop();
    const next = await engine.decode({ prompt: 'Long ago', maxTokens: 3, method }).result;
    return { result: await run.result, roundsSeen, next };
  }, plain);

  expect(result.finishReason).toBe('abort');
  expect(result.rounds).toHaveLength(roundsSeen);
  expect(roundsSeen).toBeLessThan(200);
  expect(result.tokenIds).toEqual(result.rounds.flatMap(({ committed }) => committed));
  expect(next).toMatchObject({ finishReason: 'length', tokenIds: { length: 3 } });
});

test('a worker that dies rejects every pending call with worker-lost', async ({ page, siteUrl }) => {
  await page.addInitScript(() => {
    const started: Worker[] = [];
    const Original = window.Worker;
    window.Worker = class extends Original {
      constructor(...args: ConstructorParameters<typeof Original>) {
        super(...args);
        started.push(this);
      }
    };
    Object.assign(window, { startedWorkers: started });
  });
  await openEngine(page, siteUrl);

  const codes = await page.evaluate(async (method) => {
    const engine = await window.antiphon.connect({ backend: 'wasm' });
    await engine.load('story-base');
    const run = engine.decode({ prompt: 'Once upon a time', maxTokens: 400, method });
    const queued = engine.decode({ prompt: 'Long ago', method });
    for await (const _round of run) break;
    const load = engine.load('story-fairy');
    const { startedWorkers } = window as unknown as { startedWorkers: Worker[] };
    startedWorkers.at(-1)?.terminate();
    const settled = await Promise.allSettled([run.result, queued.result, load]);
    const later = await Promise.allSettled([engine.info()]);
    return [...settled, ...later].map((each) =>
      each.status === 'rejected' ? each.reason.code : each.status,
    );
  }, plain);

  expect(codes).toEqual(['worker-lost', 'worker-lost', 'worker-lost', 'worker-lost']);
});

test('closing ends a worker that is caught in an endless loop of a custom combination', async ({
  page,
  siteUrl,
}) => {
  await openEngine(page, siteUrl);

  const codes = await page.evaluate(async () => {
    const engine = await window.antiphon.connect({ backend: 'wasm' });
    await engine.load('story-draft');
    const source = `export function probabilities() { new BroadcastChannel('loop').postMessage('entered'); for (;;); }`;
    const entered = new Promise((resolve) => {
      new BroadcastChannel('loop').onmessage = resolve;
    });
    const run = engine.decode({
      prompt: 'Long ago',
      method: {
        kind: 'collaborative',
        members: [{ model: 'story-draft' }, { model: 'story-draft' }],
        combine: { kind: 'custom', url: `data:text/javascript,${encodeURIComponent(source)}` },
      },
    });
    await entered;
    const pending = [run.result, engine.info()];
    await engine.close();
    const settled = await Promise.allSettled(pending);
    return settled.map((each) => (each.status === 'rejected' ? each.reason.code : each.status));
  });

  expect(codes).toEqual(['worker-lost', 'worker-lost']);
});

test('a second visit loads its models without the network', async ({ browser, siteUrl }) => {
  const cutOff = async (page: Page): Promise<void> => {
    await page.context().route('**/models/**', (route) => route.abort('internetdisconnected'));
  };
  const context = await browser.newContext();
  const first = await context.newPage();
  expect(await openEngine(first, siteUrl)).toMatchObject({ ok: true });
  await first.close();

  const second = await context.newPage();
  await cutOff(second);
  expect(await openEngine(second, siteUrl)).toMatchObject({ ok: true });
  expect(
    (await decode(second, { prompt: 'Long ago', maxTokens: 5, method: speculative })).tokenIds,
  ).toHaveLength(5);
  await context.close();

  // Without the first visit there is nothing to load from: the cut is real.
  const stranger = await (await browser.newContext()).newPage();
  await cutOff(stranger);
  expect(await openEngine(stranger, siteUrl)).toMatchObject({ ok: false, code: 'download' });
  await stranger.context().close();
});

test('from a server without COOP and COEP it decodes on one thread', async ({ page, plainSiteUrl }) => {
  expect(await openEngine(page, plainSiteUrl, { backend: 'auto' })).toMatchObject({ ok: true });

  const result = await decode(page, { prompt: 'Once upon a time', maxTokens: 20, method: speculative });

  expect(result.tokenIds).toHaveLength(20);
  expect(await info(page)).toMatchObject({ backend: 'wasm', threads: 1 });
});

test('an isolated page gets threads', async ({ page, siteUrl }) => {
  await openEngine(page, siteUrl);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);

  expect((await info(page)).threads).toBe(Math.min(cores, 8));
});

test('the site works under any path', async ({ page, siteUrl }) => {
  const { serveFolder } = await import('../scripts/static-server.ts');
  const { mkdtempSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const empty = mkdtempSync(join(tmpdir(), 'antiphon-path-'));
  const server = await serveFolder({
    folder: empty,
    proxied: [{ path: '/deep/down/', target: new URL(siteUrl) }],
  });
  try {
    expect(await openEngine(page, `${server.url}deep/down/`)).toMatchObject({ ok: true });
  } finally {
    await server.close();
    rmSync(empty, { recursive: true });
  }
});

const badRequests: readonly [string, Partial<DecodeRequest>, string][] = [
  ['a negative temperature', { sampling: { temperature: -1 } }, 'invalid-request'],
  ['a temperature that is no number', { sampling: { temperature: Number.NaN } }, 'invalid-request'],
  ['top-p 0', { sampling: { topP: 0 } }, 'invalid-request'],
  [
    'a draft of 17',
    { method: { ...speculative, drafter: { kind: 'ngram', draftLength: 17 } } },
    'invalid-request',
  ],
  ['a prompt beyond the context', { prompt: 'story '.repeat(2000) }, 'context-full'],
  ['a model that is not loaded', { method: { kind: 'plain', model: 'story-space' } }, 'invalid-request'],
];
test('bad requests are refused with their code, and the engine goes on working', async ({
  page,
  siteUrl,
}) => {
  await openEngine(page, siteUrl);

  for (const [title, part, code] of badRequests) {
    const request = { prompt: 'Long ago', maxTokens: 3, method: plain, ...part };
    const outcome = await page.evaluate((given) => window.antiphon.runDecode(given), request);
    expect(outcome, title).toMatchObject({ ok: false, code });
  }

  for (const prompt of ['', 'Long \ud800 ago', 'Long ago']) {
    expect((await decode(page, { prompt, maxTokens: 3, method: plain })).tokenIds).toHaveLength(3);
  }
});
