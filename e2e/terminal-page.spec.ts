import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { serveFolder } from '../scripts/static-server.ts';
import { withoutJspi } from '../scripts/terminal/engine-page.ts';
import type { DecodeRequest } from '../src/engine/request-types.ts';
import { decode, openEngine, openHarness } from './harness.ts';
import { openReturning, test as siteTest } from './site.ts';
import { wasmFilesFetched } from './wasm-files.ts';

const plain = { kind: 'plain', model: 'story-base' } as const;
const speculative = {
  kind: 'speculative',
  target: 'story-base',
  drafter: { kind: 'model', model: 'story-draft', draftLength: 4 },
} as const;

/** Argmax of story-base after "Once upon a time". */
const greedyStart = [14, 352, 281, 260, 496, 1676, 335, 720];

let visit: Page;
let fetched: readonly string[];
/** One page and one engine with two models, for all tests that leave it as it is. */
const test = siteTest.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs from here
  page: async ({}, use) => use(visit),
});

test.beforeAll(async ({ visited }) => {
  visit = await openReturning(visited);
  fetched = wasmFilesFetched(visit);
  await openEngine(visit, { backend: 'wasm' }, ['story-base', 'story-draft']);
});

test.afterAll(() => visit.close());

test('a page fetches one build of ONNX Runtime, the one that its browser can run', async ({
  page,
  visited,
}) => {
  const request = { prompt: 'Once upon a time', maxTokens: 8, sampling: { temperature: 0 }, method: plain };
  expect((await decode(page, request)).tokenIds).toEqual(greedyStart);
  expect(fetched).toEqual([expect.stringContaining('.jspi')]);

  const other = await openReturning(visited);
  await withoutJspi(other);
  const fetchedByOther = wasmFilesFetched(other);
  await openEngine(other, { backend: 'wasm' }, ['story-base']);
  expect((await decode(other, request)).tokenIds).toEqual(greedyStart);
  expect(fetchedByOther).toEqual([expect.stringMatching(/threaded(-[^.]*)?\.wasm$/)]);
  await other.close();
});

test('one seed, one text', async ({ page }) => {
  const request = { prompt: 'Long ago', maxTokens: 40, method: speculative };

  const [first, again, other] = [
    await decode(page, { ...request, seed: 7 }),
    await decode(page, { ...request, seed: 7 }),
    await decode(page, { ...request, seed: 8 }),
  ];

  expect(again.text).toBe(first.text);
  expect(other.text).not.toBe(first.text);
});

test('stopping ends the decode within one round, and the engine serves the next one', async ({ page }) => {
  const { result, roundsSeen, next } = await page.evaluate(async (method) => {
    const engine = await window.antiphon.connect({ backend: 'wasm' });
    await engine.load('story-base');
    const run = engine.decode({ prompt: 'Once upon a time', maxTokens: 200, seed: 1, method });
    let roundsSeen = 0;
    for await (const _round of run) if (++roundsSeen === 3) run.stop();
    const next = await engine.decode({ prompt: 'Long ago', maxTokens: 3, method }).result;
    await engine.close();
    return { result: await run.result, roundsSeen, next };
  }, plain);

  expect(result.finishReason).toBe('abort');
  expect(result.rounds).toHaveLength(roundsSeen);
  expect(roundsSeen).toBeLessThan(200);
  expect(result.tokenIds).toEqual(result.rounds.flatMap(({ committed }) => committed));
  expect(next).toMatchObject({ finishReason: 'length', tokenIds: { length: 3 } });
});

test('a worker that dies rejects every pending call with worker-lost', async ({ page }) => {
  const codes = await page.evaluate(async (method) => {
    const Original = window.Worker;
    let started: Worker | undefined;
    window.Worker = class extends Original {
      constructor(...args: ConstructorParameters<typeof Original>) {
        super(...args);
        started = this;
      }
    };
    const engine = await window.antiphon.connect({ backend: 'wasm' });
    window.Worker = Original;
    await engine.load('story-base');
    const run = engine.decode({ prompt: 'Once upon a time', maxTokens: 400, method });
    const queued = engine.decode({ prompt: 'Long ago', method });
    for await (const _round of run) break;
    const load = engine.load('story-fairy');
    started?.terminate();
    const settled = await Promise.allSettled([run.result, queued.result, load]);
    const later = await Promise.allSettled([engine.info()]);
    return [...settled, ...later].map((each) =>
      each.status === 'rejected' ? each.reason.code : each.status,
    );
  }, plain);

  expect(codes).toEqual(['worker-lost', 'worker-lost', 'worker-lost', 'worker-lost']);
});

test('closing ends a worker that is caught in an endless loop of a custom combination', async ({ page }) => {
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

test('a second visit loads its models without the network', async ({ visited, firstVisit }) => {
  const second = await openReturning(visited);
  for (const page of [second, firstVisit]) {
    await page.route('**/models/**', (route) => route.abort('internetdisconnected'));
  }
  await openEngine(second, { backend: 'wasm' }, ['story-base', 'story-draft']);
  const request = { prompt: 'Long ago', maxTokens: 5, method: speculative };
  expect((await decode(second, request)).tokenIds).toHaveLength(5);
  await second.close();

  // Without the first visit there is nothing to load from: the cut is real.
  await openHarness(firstVisit);
  const refused = await firstVisit.evaluate(() =>
    window.antiphon.openEngine({ backend: 'wasm' }, ['story-base']),
  );
  expect(refused).toMatchObject({ ok: false, code: 'download' });
});

test('from a server without COOP and COEP it decodes on one thread', async ({ page }) => {
  const { info, tokenIds } = await page.evaluate(async () => {
    const engine = await window.antiphon.connect({ backend: 'auto' });
    await engine.load('story-draft');
    const method = { kind: 'plain' as const, model: 'story-draft' };
    const { tokenIds } = await engine.decode({ prompt: 'Once upon a time', maxTokens: 20, method }).result;
    const info = await engine.info();
    await engine.close();
    return { info, tokenIds };
  });

  expect(tokenIds).toHaveLength(20);
  expect(info).toMatchObject({ backend: 'wasm', threads: 1 });
});

test('the site works under any path', async ({ page, siteUrl, visited }) => {
  const empty = mkdtempSync(join(tmpdir(), 'antiphon-path-'));
  const server = await serveFolder({
    folder: empty,
    isolated: false,
    proxied: [{ path: '/deep/down/', target: new URL(siteUrl) }],
  });
  const other = await visited.newPage();
  try {
    await openEngine(other, { backend: 'wasm' }, ['story-draft'], `${server.url}deep/down/`);
    const method = { kind: 'plain', model: 'story-draft' } as const;
    const request = { prompt: 'Long ago', maxTokens: 5, sampling: { temperature: 0 }, method };
    expect((await decode(other, request)).tokenIds).toEqual((await decode(page, request)).tokenIds);
  } finally {
    await other.close();
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
test('bad requests are refused with their code, and the engine goes on working', async ({ page }) => {
  for (const [title, part, code] of badRequests) {
    const request = { prompt: 'Long ago', maxTokens: 3, method: plain, ...part };
    const outcome = await page.evaluate((given) => window.antiphon.runDecode(given), request);
    expect(outcome, title).toMatchObject({ ok: false, code });
  }

  for (const prompt of ['', 'Long \ud800 ago', 'Long ago']) {
    expect((await decode(page, { prompt, maxTokens: 3, method: plain })).tokenIds).toHaveLength(3);
  }
});
