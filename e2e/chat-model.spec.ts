import { expect } from '@playwright/test';
import { siteFolder } from '../scripts/build.ts';
import { EnginePage } from '../scripts/engine-page.ts';
import { serveFolder } from '../scripts/static-server.ts';
import type { DecodeRequest } from '../src/engine/decode-request.ts';
import type { DecodeResult } from '../src/engine/engine-api.ts';
import type { ChatMessage } from '../src/prompt/chat-message.ts';
import { test } from './site.ts';

/*
 * A real chat model, no part of `npm test`: ANTIPHON_CHAT_MODELS names a folder that holds `smollm2-135m`, SmolLM2's
 * 135M-Instruct in the Hugging Face ONNX layout; `npm run test:long` then runs this too.
 */
const folder = process.env.ANTIPHON_CHAT_MODELS ?? '';
const name = 'smollm2-135m';

/** Hundreds of megabytes are read, prepared and measured. */
const modelMs = 600_000;
test.setTimeout(modelMs);

let page: EnginePage;
let model: string;
let closeServers: () => Promise<unknown>;

test.beforeAll(async () => {
  test.setTimeout(modelMs);
  const models = await serveFolder({ folder });
  const site = await serveFolder({
    folder: siteFolder,
    proxied: [{ path: '/given/', target: new URL(models.url) }],
  });
  closeServers = () => Promise.all([site.close(), models.close()]);
  model = `${site.url}given/${name}/`;
  page = await EnginePage.open(site.url, { engine: { backend: 'wasm' }, models: [model] });
});

test.afterAll(async () => {
  await page?.close();
  await closeServers?.();
});

type Asked = Omit<DecodeRequest, 'method'>;

const greedy = { temperature: 0 };
const user = (content: string): ChatMessage => ({ role: 'user', content });
const plainly = (asked: Asked): Promise<DecodeResult> =>
  page.decode({ sampling: greedy, ...asked, method: { kind: 'plain', model } });
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
  } satisfies DecodeRequest['method'];
  for (const [sampling, acceptance] of [
    [greedy, { kind: 'exact' }],
    [{ temperature: 1 }, { kind: 'coupled' }],
  ] as const) {
    const request = { messages: asked, maxTokens: 32, seed: 7, sampling };
    const [alternate, sequential] = await Promise.all(
      (['alternate', 'sequential'] as const).map((schedule) =>
        page.decode({ ...request, method: { ...method, schedule, acceptance } }),
      ),
    );
    expect(alternate.tokenIds).toEqual(sequential.tokenIds);
    expect(alternate.stats.acceptanceRate).toBeGreaterThan(0.3);
  }
});
