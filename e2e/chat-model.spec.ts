import { join } from 'node:path';
import { type BrowserContext, expect, type Page } from '@playwright/test';
import { contentsOfFolder } from '../scripts/testing/hub-content.ts';
import { HubServer } from '../scripts/testing/hub-server.ts';
import type { DecodeResult, LoadedModel } from '../src/engine/engine-api.ts';
import type { DecodeMethod, DecodeRequest } from '../src/engine/request-types.ts';
import type { ChatMessage } from '../src/prompt/chat-message.ts';
import { test } from './site.ts';

/*
 * A real chat model, no part of `npm test`: ANTIPHON_CHAT_MODELS names a folder that holds `smollm2-135m`, SmolLM2's
 * 135M-Instruct in the Hugging Face ONNX layout; `npm run test:long` then runs this too. A server that behaves as the hub
 * has it.
 */
const folder = process.env.ANTIPHON_CHAT_MODELS ?? '';
const model = 'HuggingFaceTB/SmolLM2-135M-Instruct';
const weights = 'onnx/model_q4.onnx';

/** Hundreds of megabytes are downloaded, prepared and measured. */
const modelMs = 900_000;
test.setTimeout(modelMs);

let hub: HubServer;
let context: BrowserContext;
let page: Page;

async function openSite(siteUrl: string): Promise<Page> {
  const opened = await context.newPage();
  await opened.goto(`${siteUrl}terminal.html`);
  await opened.waitForFunction('window.antiphon !== undefined');
  return opened;
}

async function load(on: Page, backend: 'wasm' | 'webgpu'): Promise<readonly LoadedModel[]> {
  const outcome = await on.evaluate(([engine, id]) => window.antiphon.openEngine(engine, [id]), [
    { backend, hubUrl: hub.url },
    model,
  ] as const);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.value;
}

test.beforeAll(async ({ browser, isolatedSiteUrl: siteUrl }) => {
  test.setTimeout(modelMs);
  hub = await HubServer.start();
  const files = await contentsOfFolder(join(folder, 'smollm2-135m'));
  for (const name of files.keys()) if (/gguf|quantized|int8/.test(name)) files.delete(name);
  hub.commit(model, files);
  const { bytes } = files.get(weights)!;
  context = await browser.newContext();

  // The connection breaks; then the tab is closed; what is there is not asked for again.
  hub.inject({ place: 'cdn', path: weights }, { kind: 'cut', afterBytes: 30e6 });
  hub.inject({ place: 'cdn', path: weights }, { kind: 'stall', afterBytes: 40e6 });
  const closed = await openSite(siteUrl);
  const stalled = hub.bytesSentOf.bind(hub, weights);
  load(closed, 'wasm').catch(() => {});
  await expect.poll(stalled, { timeout: 120_000 }).toBeGreaterThanOrEqual(69e6);
  await closed.close();
  page = await openSite(siteUrl);
  expect(await load(page, 'wasm')).toMatchObject([{ id: model, backend: 'wasm', hasChatTemplate: true }]);
  const asked = hub.requests.filter(({ place, path }) => place === 'cdn' && path === weights);
  expect(asked.length).toBeGreaterThanOrEqual(3);
  expect(
    asked.slice(1).every(({ status, range }) => status === 206 && /^bytes=[1-9]/.test(range ?? '')),
  ).toBe(true);
  test.info().annotations.push({
    type: 'download',
    description: `${hub.bytesSentOf(weights)} bytes sent of ${bytes}, ranges ${asked.map(({ range }) => range).join(', ')}`,
  });
  expect(hub.bytesSentOf(weights)).toBeLessThan(1.01 * bytes);
});

test.afterAll(async () => {
  await context?.close();
  await hub?.stop();
});

async function decode(request: DecodeRequest, on = page): Promise<DecodeResult> {
  const outcome = await on.evaluate((given) => window.antiphon.runDecode(given), request);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.value;
}

type Asked = Omit<DecodeRequest, 'method'>;

const greedy = { temperature: 0 };
const user = (content: string): ChatMessage => ({ role: 'user', content });
const plainly = (asked: Asked): Promise<DecodeResult> =>
  decode({ sampling: greedy, ...asked, method: { kind: 'plain', model } });
const prefilled = ({ rounds }: DecodeResult): number =>
  rounds[0].forwards.filter(({ kind }) => kind === 'prefill').reduce((sum, { tokens }) => sum + tokens, 0);

test('answers, ends its turn by itself, and the next turn feeds only what is new', async () => {
  const messages = [user('What is the capital of France? Answer in one short sentence.')];
  const first = await plainly({ messages, maxTokens: 60 });
  expect(first.text).toContain('Paris');
  expect(first.text).not.toContain('<|');
  expect(first.finishReason).toBe('end');
  const reply: ChatMessage = { role: 'assistant', content: first.text, tokenIds: first.tokenIds };
  const second = await plainly({ messages: [...messages, reply, user('And of Italy?')], maxTokens: 8 });
  // At T = 1 a reply is seldom cut as the tokenizer would cut it; the field makes the same of it here and there.
  const held = first.promptTokenIds.length + first.tokenIds.length;
  expect(second.promptTokenIds.slice(0, held)).toEqual([...first.promptTokenIds, ...first.tokenIds]);
  expect(prefilled(second)).toBeLessThanOrEqual(second.promptTokenIds.length - held + 1);
});

test('spells its special tokens on request', async () => {
  const messages = [user('Hi')];
  const bias = { logitBias: { 1: 100 } };
  const { text } = await plainly({
    messages,
    maxTokens: 2,
    specialTokens: true,
    sampling: { ...greedy, ...bias },
  });
  expect(text).toBe('<|im_start|><|im_start|>');
});

test('with and without an instruction, alternate writes what sequential writes', async () => {
  const asked = [user('Name three fruits.')];
  const method = {
    kind: 'collaborative',
    members: [
      { model, messages: [{ role: 'system', content: 'Answer like a pirate.' }, ...asked] },
      { model },
    ],
    combine: { kind: 'geometric', weights: [1.5, -0.5] },
    defaultProposer: 0,
  } satisfies DecodeMethod;
  for (const [sampling, acceptance] of [
    [greedy, { kind: 'exact' }],
    [{ temperature: 1 }, { kind: 'coupled' }],
  ] as const) {
    const request = { messages: asked, maxTokens: 32, seed: 7, sampling };
    const [alternate, sequential] = await Promise.all(
      (['alternate', 'sequential'] as const).map((schedule) =>
        decode({ ...request, method: { ...method, schedule, acceptance } }),
      ),
    );
    expect(alternate.tokenIds).toEqual(sequential.tokenIds);
    expect(alternate.stats.acceptanceRate).toBeGreaterThan(0.3);
  }
});

test('a document is kept to: what only it tells is in the answer, by every schedule the same', async () => {
  const document =
    "The Harbour Museum of Tarnsby opens at noon. A ticket costs four shells, baked in the museum's own kitchen.";
  const question = user('What does a ticket to the Harbour Museum of Tarnsby cost?');
  const members = [{ model, messages: [user(`${document}\n\n${question.content}`)] }, { model }];
  const results = await Promise.all(
    (['alternate', 'black-box', 'sequential'] as const).map((schedule) =>
      decode({
        messages: [question],
        maxTokens: 32,
        sampling: greedy,
        method: {
          kind: 'collaborative',
          members,
          combine: { kind: 'geometric', weights: [1.5, -0.5] },
          schedule,
          defaultProposer: 0,
        },
      }),
    ),
  );
  const [alternate, blackBox, sequential] = results;
  expect(alternate.text).toContain('four shells');
  expect(alternate.tokenIds).toEqual(sequential.tokenIds);
  expect(blackBox.tokenIds).toEqual(sequential.tokenIds);
  const alone = await plainly({ messages: [question], maxTokens: 32 });
  expect(alone.text).not.toContain('shells');
});

test("OpenAI's form of a chat, whole and as a stream, is what decode writes", async ({
  isolatedSiteUrl: siteUrl,
}) => {
  const own = await openSite(siteUrl);
  const answers = await own.evaluate(
    async ([hubUrl, id]) => {
      const engine = await window.antiphon.connect({ backend: 'wasm', hubUrl });
      await engine.load(id);
      const asked = {
        model: id,
        messages: [{ role: 'user' as const, content: 'What is the capital of France?' }],
        temperature: 0,
        max_tokens: 24,
      };
      const whole = await engine.chat.completions.create(asked);
      let streamed = '';
      for await (const chunk of await engine.chat.completions.create({ ...asked, stream: true })) {
        streamed += chunk.choices[0]?.delta.content ?? '';
      }
      await engine.close();
      return [whole.choices[0].message.content, streamed, whole.choices[0].finish_reason];
    },
    [hub.url, model] as const,
  );
  await own.close();
  const { text } = await plainly({ messages: [user('What is the capital of France?')], maxTokens: 24 });
  expect(answers).toEqual([text, text, expect.stringMatching(/^(stop|length)$/)]);
  expect(text).toContain('Paris');
});

test('on WebGPU, loaded without the network, it writes the first tokens that WASM writes', async ({
  isolatedSiteUrl: siteUrl,
}) => {
  await hub.stop();
  const onGpu = await openSite(siteUrl);
  expect(await load(onGpu, 'webgpu')).toMatchObject([{ id: model, backend: 'webgpu' }]);
  const request: DecodeRequest = {
    messages: [user('What is the capital of France? Answer in one short sentence.')],
    maxTokens: 4,
    sampling: greedy,
    method: { kind: 'plain', model },
  };
  const [gpu, cpu] = [await decode(request, onGpu), await decode(request)];
  expect(gpu.backend).toBe('webgpu');
  expect(gpu.tokenIds).toEqual(cpu.tokenIds);
  expect(gpu.stats.readbacks).toBe(gpu.rounds.length);
});
