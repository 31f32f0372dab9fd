import OpenAI from 'openai-6';
import { expect, test } from 'vitest';
import { createFetch } from './create-fetch.ts';
import { TableEngine } from './testing/table-engine.ts';

test('the official client of version 6 works too: an answer, its stream, an error', async () => {
  const client = new OpenAI({
    apiKey: 'none',
    baseURL: 'https://antiphon.invalid/v1',
    fetch: createFetch(new TableEngine()),
  });
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'tellme' }];
  const chat = { model: 'talker', messages, seed: 3, max_completion_tokens: 12 };
  const [{ message }] = (await client.chat.completions.create(chat)).choices;
  let streamed = '';
  for await (const { choices } of await client.chat.completions.create({ ...chat, stream: true })) {
    streamed += choices[0].delta.content ?? '';
  }
  expect(message.content).toMatch(/^[a-y]+$/);
  expect(streamed).toBe(message.content);
  await expect(client.chat.completions.create({ ...chat, n: 0 })).rejects.toMatchObject({
    status: 400,
    param: 'n',
    code: 'invalid_value',
  });
});
