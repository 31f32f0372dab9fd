import { readFileSync } from 'node:fs';
import OpenAI, { AzureOpenAI } from 'openai';
import { describe, expect, test } from 'vitest';
import { EngineError, type EngineErrorCode } from '../errors/engine-error.ts';
import type { ChatMessageParam } from './chat-types.ts';
import { createFetch } from './create-fetch.ts';
import { openAiApi } from './openai-api.ts';
import { TableEngine } from './testing/table-engine.ts';

/*
 * The official client against the engine. Its retries stay on: a failure that it repeated would show in what is counted.
 */

const baseURL = 'https://antiphon.invalid/v1';

function connected(engine: TableEngine = new TableEngine()) {
  const calls: string[] = [];
  const fetch = createFetch(engine);
  const client = new OpenAI({
    apiKey: 'none',
    baseURL,
    fetch: (input, init) => {
      calls.push(String(input));
      return fetch(input, init);
    },
  });
  return { engine, client, calls };
}

const messages: { role: 'system' | 'user'; content: string }[] = [
  { role: 'system', content: 'bekind' },
  { role: 'user', content: 'tellme' },
];
/** Never the end token. */
const logit_bias = { 25: -100 };
const chat = { model: 'talker', messages, seed: 3, max_completion_tokens: 12, logit_bias };
const team = {
  kind: 'collaborative',
  members: [{ model: 'talker' }, { model: 'other' }],
  combine: { kind: 'weighted', weights: [1, 1] },
};

describe('chat', () => {
  test('answers with the text that a decode of the same request writes', async () => {
    const { client, engine } = connected();
    const answer = await client.chat.completions.create(chat);
    const { text, tokenIds, promptTokenIds } = await engine.decode({
      messages,
      seed: 3,
      maxTokens: 12,
      sampling: { logitBias: logit_bias },
      method: { kind: 'plain', model: 'talker' },
    }).result;
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'talker',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: text, refusal: null },
          finish_reason: 'length',
          logprobs: null,
        },
      ],
      usage: {
        prompt_tokens: promptTokenIds.length,
        completion_tokens: tokenIds.length,
        total_tokens: promptTokenIds.length + tokenIds.length,
      },
    });
    expect(answer.id).toMatch(/^chatcmpl-/);
    expect(answer.system_fingerprint).toMatch(/^antiphon-\d+\.\d+\.\d+-wasm-0{8}$/);
    expect(answer._request_id).toMatch(/^req-/);
    expect(Math.abs(answer.created - Date.now() / 1000)).toBeLessThan(10);
  });

  test('every field arrives', async () => {
    const { client, engine } = connected();
    await client.chat.completions.create({
      model: 'other',
      messages: [
        {
          role: 'developer',
          content: [
            { type: 'text', text: 'be' },
            { type: 'text', text: 'kind' },
          ],
        },
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: 'c' },
      ],
      max_tokens: 7,
      temperature: 0.4,
      top_p: 0.9,
      stop: ['q', 'x'],
      seed: 11,
      logprobs: true,
      top_logprobs: 4,
      logit_bias: { 3: -100, 5: 2 },
      frequency_penalty: 0.5,
      presence_penalty: -0.25,
      user: 'u',
      // Asks for what happens anyway.
      n: 1,
      store: false,
      tools: [],
      response_format: { type: 'text' },
    });
    expect(engine.requests).toEqual([
      {
        messages: [
          { role: 'system', content: 'bekind' },
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'b' },
          { role: 'user', content: 'c' },
        ],
        maxTokens: 7,
        stop: ['q', 'x'],
        seed: 11,
        logprobs: 4,
        sampling: {
          temperature: 0.4,
          topP: 0.9,
          logitBias: { 3: -100, 5: 2 },
          frequencyPenalty: 0.5,
          presencePenalty: -0.25,
        },
        method: { kind: 'plain', model: 'other' },
      },
    ]);
  });

  test('streams what it answers at once, and its usage where it is asked for', async () => {
    const { client } = connected();
    const whole = await client.chat.completions.create(chat);
    const stream = await client.chat.completions.create({
      ...chat,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const choices = chunks.flatMap((chunk) => chunk.choices);
    expect(choices[0].delta).toEqual({ role: 'assistant', content: '' });
    expect(choices.map(({ delta }) => delta.content ?? '').join('')).toBe(whole.choices[0].message.content);
    expect(choices.map(({ finish_reason }) => finish_reason)).toEqual([
      ...choices.slice(1).map(() => null),
      'length',
    ]);
    expect(choices.length).toBeGreaterThan(5);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks[0].system_fingerprint).toBe(whole.system_fingerprint);
  });

  test("the client's helper for streams gathers them", async () => {
    const { client } = connected();
    const whole = await client.chat.completions.create(chat);
    const runner = client.chat.completions.stream({ ...chat, stream: true });
    let heard = '';
    runner.on('content', (delta) => {
      heard += delta;
    });
    expect(await runner.finalContent()).toBe(whole.choices[0].message.content);
    expect(heard).toBe(whole.choices[0].message.content);
  });

  describe('its answer goes back as a message of the next turn', () => {
    const next = { role: 'user', content: 'andthen' } as const;
    const asked = [...messages, { role: 'user', content: 'hm' } as const];

    test.each([
      ['answered at once', {}],
      ['gathered from a stream by the client', { stream: true }],
      ['of no text at all', { logit_bias: { 25: 100 } }],
      ['of no text at all, from a stream', { stream: true, logit_bias: { 25: 100 } }],
    ])('%s', async (_name, fields) => {
      const { client, engine } = connected();
      const body = { ...chat, ...fields };
      const message =
        'stream' in body
          ? await client.chat.completions.stream({ ...body, stream: true }).finalMessage()
          : (await client.chat.completions.create(body)).choices[0].message;
      const turns: OpenAI.ChatCompletionMessageParam[] = [...messages];
      turns.push(message);
      turns.push(next);
      await client.chat.completions.create({ ...chat, messages: turns });
      expect(engine.requests[1].messages).toEqual([
        ...messages,
        { role: 'assistant', content: message.content ?? '' },
        next,
      ]);
      expect((message.content ?? '') === '').toBe('logit_bias' in fields);
    });

    test('with every field that the client has for it', async () => {
      const { client, engine } = connected();
      const empty = { refusal: null, audio: null, function_call: null, tool_calls: null, parsed: null };
      const message = { role: 'assistant', content: 'ok', name: 'ann', annotations: [], ...empty };
      for (const one of [message, { ...message, tool_calls: [] }]) {
        const turns = [...asked, one as unknown as OpenAI.ChatCompletionMessageParam, next];
        await client.chat.completions.create({ ...chat, messages: turns });
        expect(engine.requests.at(-1)!.messages).toEqual([
          ...asked,
          { role: 'assistant', content: 'ok', name: 'ann' },
          next,
        ]);
      }
    });

    test('as the engine answers it without the client', async () => {
      const api = openAiApi(new TableEngine());
      const turns: ChatMessageParam[] = [...messages];
      const answer = await api.chat.completions.create({ ...chat, messages: turns });
      turns.push(answer.choices[0].message);
      turns.push(next);
      expect((await api.chat.completions.create({ ...chat, messages: turns })).choices).toHaveLength(1);
    });
  });

  test('null asks for nothing, in every field and in what fields hold', async () => {
    const { client, engine } = connected();
    await client.chat.completions.create({ model: 'talker', messages });
    const nulls = [
      'method temperature top_p stop max_tokens max_completion_tokens seed n logit_bias frequency_penalty',
      'presence_penalty stream stream_options user safety_identifier logprobs top_logprobs tools tool_choice',
      'functions function_call parallel_tool_calls response_format modalities audio prediction metadata store',
      'reasoning_effort verbosity web_search_options service_tier moderation of_no_api',
    ];
    const fields = Object.fromEntries(nulls.flatMap((line) => line.split(' ')).map((name) => [name, null]));
    for (const asked of [
      fields,
      { messages: messages.map((message) => ({ ...message, name: null, refusal: null, tool_calls: null })) },
      {
        messages: messages.map(({ role, content }) => ({
          role,
          content: [{ type: 'text', text: content, x: null }],
        })),
      },
      { stream_options: { include_usage: null }, logit_bias: { 3: null } },
      { method: { kind: 'plain', model: 'talker', acceptance: null } },
    ]) {
      await client.chat.completions.create({ model: 'talker', messages, ...(asked as object) });
      expect(engine.requests.at(-1)).toEqual(engine.requests[0]);
    }
  });

  test.each([
    { logprobs: false, top_logprobs: 0 },
    { logprobs: false, top_logprobs: null },
    { logprobs: null, top_logprobs: 0 },
    { top_logprobs: 0 },
    { tools: [], tool_choice: 'auto', parallel_tool_calls: true },
    { functions: [], function_call: 'none' },
    { modalities: ['text'], response_format: { type: 'text' }, verbosity: 'medium', service_tier: 'auto' },
    { store: false, stop: [], n: 1, logit_bias: {} },
    { metadata: { a: 'b' }, user: 'u', safety_identifier: 's', service_tier: 'priority' },
    {
      prompt_cache_key: 'k',
      prompt_cache_options: { mode: 'explicit' },
      prompt_cache_retention: '24h',
      prediction: { type: 'content', content: 'a' },
    },
    {
      messages: messages.map(({ role, content }) => ({
        role,
        content: [{ type: 'text', text: content, prompt_cache_breakpoint: { mode: 'explicit' } }],
      })),
    },
    { stream: false, stream_options: { include_usage: false, include_obfuscation: true } },
    { temperature: 1, top_p: 1, frequency_penalty: 0, presence_penalty: 0 },
  ])('what is so anyway, or cannot change an answer, asks for nothing: %o', async (fields) => {
    const { client, engine } = connected();
    await client.chat.completions.create({ model: 'talker', messages });
    const [{ logprobs }] = (
      await client.chat.completions.create({ model: 'talker', messages, ...(fields as object) })
    ).choices;
    expect(logprobs).toBeNull();
    expect(engine.requests[1]).toEqual(engine.requests[0]);
  });

  test('n choices have the seeds that follow, and the prompt is counted once', async () => {
    const { client, engine } = connected();
    const three = await client.chat.completions.create({ ...chat, n: 3 });
    expect(engine.requests.map(({ seed }) => seed)).toEqual([3, 4, 5]);
    expect(three.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    const one = await client.chat.completions.create({ ...chat, seed: 5 });
    expect(three.choices[2].message.content).toBe(one.choices[0].message.content);
    expect(new Set(three.choices.map(({ message }) => message.content)).size).toBe(3);
    expect(three.usage).toMatchObject({ prompt_tokens: one.usage!.prompt_tokens, completion_tokens: 36 });

    const streamed = ['', '', ''];
    for await (const { choices } of await client.chat.completions.create({ ...chat, n: 3, stream: true })) {
      for (const { index, delta } of choices) streamed[index] += delta.content ?? '';
    }
    expect(streamed).toEqual(three.choices.map(({ message }) => message.content));
  });

  test('a stream of several choices ends each, then tells the usage of all, and comes with its response', async () => {
    const { client } = connected();
    const body = { ...chat, n: 2, stop: ['q', 'zz'] };
    const whole = await client.chat.completions.create(body).withResponse();
    const { data, response, request_id } = await client.chat.completions
      .create({ ...body, stream: true, stream_options: { include_usage: true } })
      .withResponse();
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect([whole.request_id, request_id]).toEqual([
      expect.stringMatching(/^req-/),
      expect.stringMatching(/^req-/),
    ]);
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of data) chunks.push(chunk);
    const ends = chunks.flatMap(({ choices }) => choices).filter(({ finish_reason }) => finish_reason);
    expect(ends.map(({ index, finish_reason }) => [index, finish_reason])).toEqual(
      whole.data.choices.map(({ index, finish_reason }) => [index, finish_reason]),
    );
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.data.usage });
  });

  test('log probabilities are of the tokens that are written, streamed or not', async () => {
    const { client } = connected();
    const asked = { ...chat, logprobs: true, top_logprobs: 3, temperature: 0.7 };
    const [{ message, logprobs }] = (await client.chat.completions.create(asked)).choices;
    const content = logprobs!.content!;
    expect(content.map(({ token }) => token).join('')).toBe(message.content);
    for (const { token, logprob, bytes, top_logprobs } of content) {
      expect(bytes).toEqual([token.charCodeAt(0)]);
      expect(top_logprobs).toHaveLength(3);
      const listed = top_logprobs.find((one) => one.token === token);
      expect(listed?.logprob ?? logprob).toBe(logprob);
      expect(top_logprobs[0].logprob).toBeGreaterThanOrEqual(logprob);
    }
    const streamed: unknown[] = [];
    for await (const chunk of await client.chat.completions.create({ ...asked, stream: true })) {
      streamed.push(...(chunk.choices[0].logprobs?.content ?? []));
    }
    expect(streamed).toEqual(content);
  });

  test('ends at a stop text, at the end token, and where the context is full', async () => {
    const { client, engine } = connected();
    const free = { ...chat, max_completion_tokens: null, logit_bias: null, temperature: 1.5 };
    const reasons = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      const [{ finish_reason, message }] = (await client.chat.completions.create({ ...free, seed })).choices;
      expect(message.content).not.toContain(engine.endToken);
      reasons.add(finish_reason);
    }
    expect([...reasons].sort()).toEqual(['length', 'stop']);
    const [{ message }] = (await client.chat.completions.create(chat)).choices;
    const stop = message.content!.slice(4, 6);
    const [stopped] = (await client.chat.completions.create({ ...chat, stop })).choices;
    expect(stopped).toMatchObject({ finish_reason: 'stop' });
    expect(stopped.message.content).toBe(message.content!.slice(0, message.content!.indexOf(stop)));
  });

  test('several models write together by method; penalties and bias reach each', async () => {
    const { client, engine } = connected();
    const ask = (method: unknown) =>
      client.chat.completions.create({
        ...chat,
        temperature: 0,
        frequency_penalty: 1.5,
        logit_bias: { 4: 2, ...logit_bias },
        ...({ method } as object),
      });
    const alternate = await ask({ ...team, schedule: 'alternate' });
    const sequential = await ask({ ...team, schedule: 'sequential' });
    expect(alternate.choices[0].message.content).toBe(sequential.choices[0].message.content);
    expect(engine.requests[0].method).toEqual({ ...team, schedule: 'alternate' });
    expect(alternate.system_fingerprint).toMatch(/-0{8}-1{8}$/);
  });
});

describe('completions', () => {
  const plain = { model: 'talker', prompt: 'once', seed: 2, logit_bias };

  test('write sixteen tokens behind a prompt as it is', async () => {
    const { client, engine } = connected();
    const answer = await client.completions.create(plain);
    expect(engine.requests[0]).toMatchObject({ prompt: 'once', maxTokens: 16 });
    expect(answer).toMatchObject({ object: 'text_completion', usage: { prompt_tokens: 4 } });
    expect(answer.choices[0].text.length).toBe(answer.usage!.completion_tokens);
    let streamed = '';
    for await (const { choices } of await client.completions.create({ ...plain, stream: true })) {
      streamed += choices[0].text;
    }
    expect(streamed).toBe(answer.choices[0].text);
  });

  test('null and what is so anyway ask for nothing', async () => {
    const { client, engine } = connected();
    await client.completions.create({ model: 'talker', prompt: 'once' });
    const nulls = {
      logprobs: null,
      echo: null,
      best_of: null,
      suffix: null,
      stop: null,
      n: null,
      max_tokens: null,
    };
    for (const fields of [nulls, { echo: false, best_of: 1, suffix: '', max_tokens: 16 }]) {
      await client.completions.create({ model: 'talker', prompt: 'once', ...fields });
      expect(engine.requests.at(-1)).toEqual(engine.requests[0]);
    }
    const started = client.completions.create({ model: 'talker', prompt: null });
    // The empty text, for which this model has no first token.
    await expect(started).rejects.toMatchObject({ status: 400, param: 'prompt' });
    expect(engine.requests.at(-1)).toMatchObject({ prompt: '' });
  });

  test('several prompts have their choices one after the other', async () => {
    const { client } = connected();
    const answer = await client.completions.create({ ...plain, prompt: ['once', 'upon'], n: 2 });
    expect(answer.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(answer.usage!.prompt_tokens).toBe(8);
    const alone = await client.completions.create({ ...plain, prompt: 'upon', seed: 4 });
    expect(answer.choices[2].text).toBe(alone.choices[0].text);
  });

  test('log probabilities come with offsets into prompt and text', async () => {
    const { client } = connected();
    const [{ text, logprobs }] = (await client.completions.create({ ...plain, logprobs: 2 })).choices;
    expect(logprobs!.tokens!.join('')).toBe(text);
    expect(logprobs!.text_offset).toEqual([...text].map((_, index) => 4 + index));
    expect(logprobs!.token_logprobs).toHaveLength(text.length);
    expect(logprobs!.top_logprobs!.map((top) => Object.keys(top).length)).toEqual([...text].map(() => 2));
    const [zero] = (await client.completions.create({ ...plain, logprobs: 0 })).choices;
    expect(zero.logprobs).toMatchObject({ tokens: logprobs!.tokens, top_logprobs: null });
  });
});

test('loaded models are listed and found by their names, with slashes too', async () => {
  const { client } = connected();
  const listed: string[] = [];
  for await (const { id } of await client.models.list()) listed.push(id);
  expect(listed).toEqual(['talker', 'other', 'foreign', 'mute']);
  expect(await client.models.retrieve('other')).toMatchObject({ id: 'other', object: 'model' });
  await expect(client.models.retrieve('onnx-community/tiny')).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
    message: expect.stringContaining('"onnx-community/tiny" is not loaded'),
  });
});

test("Azure's client finds its deployments, and a prefix of the address changes nothing", async () => {
  const engine = new TableEngine();
  const own = await connected(engine).client.chat.completions.create(chat);
  const fetch = createFetch(engine);
  const azure = { apiKey: 'none', apiVersion: '2024-10-21', endpoint: 'https://antiphon.invalid' };
  for (const client of [
    new AzureOpenAI({ ...azure, fetch }),
    new OpenAI({ apiKey: 'none', baseURL: 'https://antiphon.invalid/openai/v1/', fetch }),
  ]) {
    const answer = await client.chat.completions.create(chat);
    expect(answer.choices).toEqual(own.choices);
  }
});

test.each<[status: number, code: string, ask: (client: OpenAI) => Promise<unknown>]>([
  [404, 'unknown_url', (client) => client.responses.create({ model: 'talker', input: 'a' })],
  [404, 'unknown_url', (client) => client.chat.completions.retrieve('chatcmpl-1')],
  [405, 'method_not_allowed', (client) => client.models.delete('talker')],
  [400, 'invalid_json', (client) => client.post('/chat/completions')],
  [400, 'invalid_type', (client) => client.completions.create({ model: 'talker', prompt: [1, 2] })],
])('a call that the engine does not have: %i %s', async (status, code, ask) => {
  const { client, calls } = connected();
  await expect(ask(client)).rejects.toMatchObject({ status, code, type: 'invalid_request_error' });
  expect(calls).toHaveLength(1);
});

test.each(['/v1/models/%E0%A4%A', '/v1/%', '/v1/chat/%zz'])('%s is no address: 400', async (path) => {
  const response = await createFetch(new TableEngine())(`https://antiphon.invalid${path}`);
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { message: string } };
  expect(error).toMatchObject({ type: 'invalid_request_error', param: null, code: 'invalid_url' });
  expect(error.message).toContain(path);
});

describe('an abort', () => {
  const endless = { ...chat, max_completion_tokens: 100_000 };

  test('of a stream ends the run, and the engine serves the next call', async () => {
    const { client, engine } = connected();
    const stream = await client.chat.completions.create({ ...endless, stream: true });
    let chunks = 0;
    for await (const _ of stream) if (++chunks === 4) stream.controller.abort();
    expect(chunks).toBeLessThan(10);
    expect((await engine.runs[0].result).finishReason).toBe('abort');
    expect((await client.chat.completions.create(chat)).choices).toHaveLength(1);
  });

  test('of a stream that is read twice ends the run', async () => {
    const { client, engine } = connected();
    const stream = await client.chat.completions.create({ ...endless, stream: true });
    for (const half of stream.tee()) {
      let chunks = 0;
      for await (const _ of half) if (++chunks === 4) break;
    }
    stream.controller.abort();
    expect((await engine.runs[0].result).finishReason).toBe('abort');
  });

  test('by leaving the loop ends the run', async () => {
    const { client, engine } = connected();
    for await (const _ of await client.chat.completions.create({ ...endless, stream: true })) break;
    expect((await engine.runs[0].result).finishReason).toBe('abort');
  });

  test('of a body that nobody reads ends the run', async () => {
    const engine = new TableEngine();
    const response = await createFetch(engine)(`${baseURL}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...endless, stream: true }),
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await response.body!.cancel();
    expect((await engine.runs[0].result).finishReason).toBe('abort');
  });

  test("of a call that waits is the client's APIUserAbortError, and a limit of time its own", async () => {
    const { client, engine } = connected();
    const controller = new AbortController();
    engine.onPass = () => controller.abort();
    const aborted = client.chat.completions.create(endless, { signal: controller.signal });
    await expect(aborted).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    expect((await engine.runs[0].result).finishReason).toBe('abort');
    engine.untilTurn = (signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    const late = client.chat.completions.create(endless, { timeout: 5, maxRetries: 0 });
    await expect(late).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
  });
});

describe('what cannot be obeyed is refused by name, and not tried again', () => {
  const user = messages[1];
  const ofUser = (fields: object) => ({ messages: [{ ...user, ...fields }] });
  const withPart = (part: object) => ({
    messages: [messages[0], { role: 'user', content: [{ type: 'text', text: 'see' }, part] }],
  });

  /** Every field, role and part that would change the answer. */
  test.each<[param: string, fields: object]>([
    ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }],
    ['tool_choice', { tool_choice: 'required' }],
    ['functions', { functions: [{ name: 'f' }] }],
    ['function_call', { function_call: { name: 'f' } }],
    ['response_format', { response_format: { type: 'json_object' } }],
    ['response_format', { response_format: { type: 'json_schema', json_schema: { name: 'a' } } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['audio', { audio: { voice: 'alloy', format: 'wav' } }],
    ['reasoning_effort', { reasoning_effort: 'low' }],
    ['verbosity', { verbosity: 'low' }],
    ['web_search_options', { web_search_options: {} }],
    ['moderation', { moderation: { model: 'a' } }],
    ['store', { store: true }],
    ['messages[0].tool_calls', ofUser({ role: 'assistant', tool_calls: [{ id: '1' }] })],
    ['messages[0].function_call', ofUser({ role: 'assistant', function_call: { name: 'f' } })],
    ['messages[0].audio', ofUser({ role: 'assistant', audio: { id: '1' } })],
    ['messages[0].refusal', ofUser({ role: 'assistant', refusal: 'no' })],
    ['messages[0].annotations', ofUser({ role: 'assistant', annotations: [{ type: 'url_citation' }] })],
    ['messages[0].role', ofUser({ role: 'tool', tool_call_id: '1' })],
    ['messages[0].role', ofUser({ role: 'function', name: 'f' })],
    ['messages[1].content[1].image_url', withPart({ type: 'image_url', image_url: { url: 'data:,' } })],
    ['messages[1].content[1].input_audio', withPart({ type: 'input_audio', input_audio: { data: '' } })],
    ['messages[1].content[1].file', withPart({ type: 'file', file: { file_id: '1' } })],
    ['messages[1].content[1].refusal', withPart({ type: 'refusal', refusal: 'no' })],
  ])('%s', async (param, fields) => {
    const { client, calls } = connected();
    const refused = client.chat.completions.create({ ...chat, ...(fields as object) });
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ status: 400, param, code: 'unsupported_parameter' });
    expect((error as Error).message).toMatch(/^400 (.+) is not supported \(.+\): remove .+\.$/);
    expect((error as Error).message).toContain(`400 ${param} `);
    expect(calls).toHaveLength(1);
  });

  /** Every kind of fault, with its code and its words. */
  test.each<[message: string, fields: object, code: string]>([
    ['temperature must be a number from 0 to 2; it is "hot".', { temperature: 'hot' }, 'invalid_type'],
    ['temperature must be a number from 0 to 2; it is 2.5.', { temperature: 2.5 }, 'invalid_value'],
    ['top_p must be a number from 0 to 1; it is -0.1.', { top_p: -0.1 }, 'invalid_value'],
    ['n must be an integer from 1 to 128; it is 0.', { n: 0 }, 'invalid_value'],
    ['seed must be an integer of at least 0; it is -1.', { seed: -1 }, 'invalid_value'],
    [
      'stop must be a non-empty string or a list of at most 4 strings; it is a list of 5.',
      { stop: ['a', 'b', 'c', 'd', 'e'] },
      'invalid_value',
    ],
    ['stop[1]: a stop text must not be empty; it is "".', { stop: ['a', ''] }, 'invalid_value'],
    ['stream must be true or false; it is "yes".', { stream: 'yes' }, 'invalid_type'],
    [
      'top_logprobs must be an integer from 0 to 20; it is 21.',
      { logprobs: true, top_logprobs: 21 },
      'invalid_value',
    ],
    ['top_logprobs: requires logprobs', { top_logprobs: 2 }, 'invalid_value'],
    ['max_tokens: cannot be combined with max_completion_tokens', { max_tokens: 5 }, 'invalid_value'],
    [
      'max_completion_tokens must be an integer of at least 1; it is 0.',
      { max_completion_tokens: 0 },
      'invalid_value',
    ],
    ['stream_options: requires stream', { stream_options: { include_usage: true } }, 'invalid_value'],
    [
      'stream_options.usage is not a known field: remove it, or use include_usage or include_obfuscation.',
      { stream: true, stream_options: { usage: true } },
      'unknown_parameter',
    ],
    [
      'logit_bias.7 must be a number from -100 to 100; it is 101.',
      { logit_bias: { 7: 101 } },
      'invalid_value',
    ],
    [
      'logit_bias.999: 999 is not in the vocabulary of 26 tokens',
      { logit_bias: { 999: 1 } },
      'invalid_value',
    ],
    ['logit_bias.cat: a token id is needed; it is "cat".', { logit_bias: { cat: 1 } }, 'invalid_value'],
    ['metadata.a must be a string; it is 1.', { metadata: { a: 1 } }, 'invalid_type'],
    ['messages: a conversation has at least one message', { messages: [] }, 'invalid_value'],
    ['messages is missing: it must be a', { messages: null }, 'missing_required_parameter'],
    ['messages[0] must be an object; it is null.', { messages: [null] }, 'invalid_type'],
    [
      'messages[0].role must be "system", "developer", "user" or "assistant"; it is "bot".',
      ofUser({ role: 'bot' }),
      'invalid_value',
    ],
    [
      'messages[0].content is missing: it must be a string or a list of objects.',
      ofUser({ content: null }),
      'missing_required_parameter',
    ],
    [
      'messages[0].content must be a string or a list of objects; it is 5.',
      ofUser({ content: 5 }),
      'invalid_type',
    ],
    [
      'messages[1].content[1].type must be "text"; it is "input_text".',
      withPart({ type: 'input_text', text: 'a' }),
      'invalid_value',
    ],
    [
      'messages[1].content[1].text is missing: it must be a string.',
      withPart({ type: 'text' }),
      'missing_required_parameter',
    ],
    ['model is missing: it must be a non-empty string.', { model: null }, 'missing_required_parameter'],
    [
      'model: "talker" is not a member of method',
      { method: { kind: 'plain', model: 'other' } },
      'invalid_value',
    ],
    [
      'method.kind must be "plain", "speculative" or "collaborative"; it is "parallel".',
      { method: { kind: 'parallel', model: 'talker' } },
      'invalid_value',
    ],
    [
      'method.members[1].draftLength must be an integer from 1 to 16 or "adaptive"; it is 99.',
      { method: { ...team, members: [team.members[0], { model: 'other', draftLength: 99 }] } },
      'invalid_value',
    ],
    ['top_k is not a known field: remove it, or use model, method, ', { top_k: 5 }, 'unknown_parameter'],
  ])('%s', async (message, fields, code) => {
    const { client, calls } = connected();
    const refused = client.chat.completions.create({ ...chat, ...(fields as object) });
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    const param = /^[\w.[\]]+/.exec(message)?.[0];
    expect((error as { error: unknown }).error).toEqual({
      message: expect.stringContaining(message),
      type: 'invalid_request_error',
      param,
      code,
    });
    expect(calls).toHaveLength(1);
  });

  test.each([
    ['echo', { echo: true }],
    ['suffix', { suffix: 'end' }],
    ['best_of', { best_of: 3 }],
    ['logprobs', { logprobs: 6 }],
    ['prompt', { prompt: [[1, 2]] }],
    ['messages', { messages: [] }],
  ])('%s of plain completions', async (param, fields) => {
    const { client } = connected();
    const body = { model: 'talker', prompt: 'once', ...(fields as object) };
    await expect(client.completions.create(body)).rejects.toMatchObject({
      status: 400,
      param: expect.stringMatching(new RegExp(`^${param}`)),
    });
  });

  test.each(['user', 'tools', 'method', 'prompt'])('%s that is nested without end', async (field) => {
    const nested = '['.repeat(20_000) + ']'.repeat(20_000);
    const body = `{"model":"talker","${field}":${nested}}`;
    const response = await createFetch(new TableEngine())(`${baseURL}/completions`, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { type: 'invalid_request_error', param: 'body', message: expect.stringContaining('levels') },
    });
  });

  test('a stream is refused before it begins', async () => {
    const { client } = connected();
    const refused = client.chat.completions.create({ ...chat, stream: true, logit_bias: { 999: 1 } });
    await expect(refused).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  });
});

describe('errors have the classes of the client', () => {
  /** An engine whose decodes fail so. */
  class FailingEngine extends TableEngine {
    readonly #error: unknown;

    constructor(error: unknown) {
      super();
      this.#error = error;
    }

    override decode(...parts: Parameters<TableEngine['decode']>) {
      this.onPass = () => {
        throw this.#error;
      };
      return super.decode(...parts);
    }
  }

  /** Complete, or it does not compile. */
  const answers: Readonly<Record<EngineErrorCode, readonly [status: number, code: string, kind: unknown]>> = {
    'invalid-request': [400, 'invalid_value', OpenAI.BadRequestError],
    'invalid-trace': [400, 'invalid-trace', OpenAI.BadRequestError],
    'context-full': [400, 'context_length_exceeded', OpenAI.BadRequestError],
    'vocabulary-mismatch': [422, 'vocabulary-mismatch', OpenAI.UnprocessableEntityError],
    'model-unsupported': [422, 'model-unsupported', OpenAI.UnprocessableEntityError],
    'model-load': [500, 'model-load', OpenAI.InternalServerError],
    download: [500, 'download', OpenAI.InternalServerError],
    integrity: [500, 'integrity', OpenAI.InternalServerError],
    'out-of-memory': [503, 'out-of-memory', OpenAI.InternalServerError],
    'device-lost': [503, 'device-lost', OpenAI.InternalServerError],
    'worker-lost': [503, 'worker-lost', OpenAI.InternalServerError],
    'storage-full': [507, 'storage-full', OpenAI.InternalServerError],
  };
  const rows = Object.entries(answers) as [EngineErrorCode, (typeof answers)[EngineErrorCode]][];

  test.each(rows)('%s: %o', async (engineCode, [status, code, kind]) => {
    const failure = new EngineError(engineCode, 'it broke');
    const { client, calls } = connected(new FailingEngine(failure));
    for (const stream of [false, true]) {
      const error = await client.chat.completions
        .create({ ...chat, stream })
        .catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ status });
      const type = status < 500 ? 'invalid_request_error' : 'server_error';
      expect((error as { error: unknown }).error).toEqual({ message: 'it broke', type, param: null, code });
    }
    expect(calls).toHaveLength(2);
  });

  test('docs/openai.md lists each of them', () => {
    const page = readFileSync(new URL('../../docs/openai.md', import.meta.url), 'utf8');
    for (const [engineCode, [status, code]] of rows) {
      const type = status < 500 ? 'invalid_request_error' : 'server_error';
      expect(page).toMatch(
        new RegExp(`^\\|.*\`${engineCode}\`.*\\| ${status} \\| \`${type}\` \\| \`${code}\` \\|`, 'm'),
      );
    }
  });

  test('what is no error of the engine is a server_error', async () => {
    const { client } = connected(new FailingEngine(new Error('a bug')));
    await expect(client.chat.completions.create(chat)).rejects.toMatchObject({
      status: 500,
      type: 'server_error',
      code: 'internal_error',
      message: '500 a bug',
    });
  });

  test('a model that is not loaded: 404', async () => {
    const { client } = connected();
    for (const body of [
      { ...chat, model: 'absent' },
      {
        ...chat,
        method: { kind: 'speculative', target: 'talker', drafter: { kind: 'model', model: 'absent' } },
      },
    ]) {
      const error = await client.chat.completions.create(body).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(OpenAI.NotFoundError);
      expect(error).toMatchObject({ param: 'model', code: 'model_not_found' });
    }
  });

  test('models whose vocabularies do not fit: 422', async () => {
    const { client, calls } = connected();
    const method = { ...team, members: [{ model: 'talker' }, { model: 'foreign' }] };
    const refused = client.chat.completions.create({ ...chat, ...({ method } as object) });
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.UnprocessableEntityError);
    expect(error).toMatchObject({ code: 'vocabulary-mismatch' });
    expect(calls).toHaveLength(1);
  });

  test('a model without a chat template, and a prompt that is too long', async () => {
    const { client } = connected();
    await expect(client.chat.completions.create({ ...chat, model: 'mute' })).rejects.toMatchObject({
      status: 400,
      param: 'messages',
    });
    const long = client.completions.create({ model: 'mute', prompt: 'a'.repeat(100) });
    await expect(long).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' });
  });

  test('within a stream: an APIError with the message', async () => {
    const { client, engine } = connected();
    let passes = 0;
    engine.onPass = () => {
      if (++passes === 5) throw new EngineError('device-lost', 'the GPU is gone: load again');
    };
    const stream = await client.chat.completions.create({ ...chat, stream: true });
    const read = async () => {
      for await (const _ of stream);
    };
    const error = await read().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ type: 'server_error', code: 'device-lost' });
    expect((error as Error).message).toContain('the GPU is gone');
  });

  test('another path, another method, no JSON', async () => {
    const { client, engine } = connected();
    await expect(client.embeddings.create({ model: 'talker', input: 'a' })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
    await expect(client.get('/chat/completions')).rejects.toMatchObject({ status: 405 });
    const response = await createFetch(engine)(`${baseURL}/completions`, { method: 'POST', body: '{' });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: {
        message: expect.stringMatching(/^the body is not valid JSON: /),
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_json',
      },
    });
  });
});
