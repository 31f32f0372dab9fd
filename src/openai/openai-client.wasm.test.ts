import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../engine/engine.ts';
import { bundledModels, modelsUrl } from '../engine/testing/bundled-models.ts';
import { siteUrl } from '../models/testing/site.ts';
import { createFetch } from './create-fetch.ts';

/*
 * The examples of the official client's own documentation, on a bundled model in the page. The story models were not
 * made for conversations, so the folder that this one is loaded from has a template of its own.
 */

const chatty = new URL('/chatty/story-draft/', siteUrl).href;
const engine = new Engine(bundledModels('wasm'));
const client = new OpenAI({
  apiKey: 'none',
  baseURL: 'https://antiphon.invalid/v1',
  fetch: createFetch(engine),
  dangerouslyAllowBrowser: true,
});

const networkFetch = globalThis.fetch;
const template = '{% for message in messages %}{{ message.content + " " }}{% endfor %}';

beforeAll(async () => {
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.startsWith(chatty)) return networkFetch(input, init);
    const file = url.slice(chatty.length);
    const response = await networkFetch(`${modelsUrl}story-draft/${file}`, init);
    if (file !== 'tokenizer_config.json') return response;
    return Response.json({ ...(await response.json()), chat_template: template });
  };
  await engine.load(chatty);
});
afterAll(async () => {
  globalThis.fetch = networkFetch;
  await engine.close();
});

const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'developer', content: 'Once upon a time' },
  { role: 'user', content: 'there was a robot who' },
];
const chat = { model: chatty, messages, seed: 5, max_completion_tokens: 12 };

test('a chat, whole and as a stream, is one text, and that of a prompt in its form', async () => {
  const { choices, usage } = await client.chat.completions.create(chat);
  const { content } = choices[0].message;
  expect(content).not.toBe('');
  let streamed = '';
  for await (const chunk of await client.chat.completions.create({ ...chat, stream: true })) {
    streamed += chunk.choices[0]?.delta?.content ?? '';
  }
  expect(streamed).toBe(content);
  const prompt = messages.map((message) => `${message.content} `).join('');
  const method = { kind: 'plain', model: chatty } as const;
  const { tokenIds } = await engine.decode({ prompt, seed: 5, maxTokens: 12, method }).result;
  expect(usage!.completion_tokens).toBe(tokenIds.length);
});

test('an aborted stream ends within a few rounds; the next call is served, with log probabilities', async () => {
  const stream = await client.completions.create({
    model: chatty,
    prompt: 'Once upon a time',
    max_tokens: 400,
    logit_bias: { 0: -100 },
    stream: true,
  });
  let chunks = 0;
  for await (const _ of stream) if (++chunks === 3) stream.controller.abort();
  expect(chunks).toBeLessThan(70);
  const [{ message, logprobs }] = (
    await client.chat.completions.create({ ...chat, temperature: 0, logprobs: true, top_logprobs: 2 })
  ).choices;
  expect(
    logprobs!
      .content!.map(({ token }) => token)
      .join('')
      .trim(),
  ).toBe(message.content!.trim());
  for (const { logprob, top_logprobs } of logprobs!.content!) {
    expect(top_logprobs[0].logprob).toBe(logprob);
    expect(top_logprobs).toHaveLength(2);
  }
  await expect(client.chat.completions.create({ ...chat, model: 'absent' })).rejects.toBeInstanceOf(
    OpenAI.NotFoundError,
  );
});
