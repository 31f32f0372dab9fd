import { describe, expect, test } from 'vitest';
import { validateDecodeRequest } from './decode-request.ts';

const plain = { prompt: 'Once', method: { kind: 'plain', model: 'm' } };
const team = (options: object) => ({
  prompt: 'Once',
  method: {
    kind: 'collaborative',
    members: [{ model: 'a' }, { model: 'b' }],
    combine: { kind: 'weighted', weights: [1, 1] },
    ...options,
  },
});
/** As many members, with a weight each. */
const teamOf = (count: number) => ({
  members: Array.from({ length: count }, () => ({ model: 'a' })),
  combine: { kind: 'weighted', weights: Array.from({ length: count }, () => 1) },
});
const ngram = (options: object) => ({
  prompt: 'Once',
  method: { kind: 'speculative', target: 'm', drafter: { kind: 'ngram', ...options } },
});

const hello = { role: 'user', content: 'Hello' };
const chat = { messages: [hello], method: plain.method };

test('messages stand in for a prompt, and neither is needed where every member has its own', () => {
  expect(validateDecodeRequest({ ...chat, chatTemplate: { enable_thinking: false } })).toMatchObject({
    messages: [hello],
    chatTemplate: { enable_thinking: false },
    specialTokens: false,
  });
  const members = [
    { model: 'a', messages: [hello] },
    { model: 'b', prompt: 'Once' },
  ];
  const { method } = team({ members });
  expect(validateDecodeRequest({ method }).method).toMatchObject({ members });
});

test('defaults are filled in, and a seed is drawn', () => {
  const request = validateDecodeRequest({
    prompt: '',
    method: { kind: 'speculative', target: 'a', drafter: { kind: 'model', model: 'b' } },
  });
  expect(request).toMatchObject({
    prompt: '',
    maxTokens: 200,
    stop: [],
    sampling: {
      temperature: 1,
      topK: 0,
      topP: 1,
      minP: 0,
      logitBias: {},
      frequencyPenalty: 0,
      presencePenalty: 0,
    },
    method: { drafter: { draftLength: 4 }, acceptance: { kind: 'exact' } },
  });
  expect(Number.isSafeInteger(request.seed)).toBe(true);
});

test.each([
  { kind: 'coupled' },
  { kind: 'lenient', leniency: 2 },
  { kind: 'typical', epsilon: 0.3, delta: 0.09 },
])('plain takes acceptance $kind, which judges nothing there', (acceptance) => {
  const { method } = validateDecodeRequest({ ...plain, method: { ...plain.method, acceptance } });
  expect(method).toEqual({ ...plain.method, acceptance });
});

test.each([
  { name: 'sixteen members', options: teamOf(16) },
  { name: 'weights of a million', options: { combine: { kind: 'geometric', weights: [1e6, -1e6] } } },
  {
    name: 'weights of any size, which are divided by their sum',
    options: { combine: { kind: 'weighted', weights: [1e308, 1e308] } },
  },
])('a team may have $name', ({ options }) => {
  expect(validateDecodeRequest(team(options)).method).toMatchObject(options);
});

describe('is refused with the field by name', () => {
  test.each([
    { field: 'sampling.temperature', request: { ...plain, sampling: { temperature: -0.1 } } },
    { field: 'sampling.temperature', request: { ...plain, sampling: { temperature: Number.NaN } } },
    {
      field: 'sampling.temperature',
      request: { ...plain, sampling: { temperature: Number.POSITIVE_INFINITY } },
    },
    { field: 'sampling.topP', request: { ...plain, sampling: { topP: 0 } } },
    { field: 'sampling.topP', request: { ...plain, sampling: { topP: 1.01 } } },
    { field: 'sampling.topK', request: { ...plain, sampling: { topK: 1.5 } } },
    { field: 'sampling.minP', request: { ...plain, sampling: { minP: 2 } } },
    { field: 'sampling.logitBias.5', request: { ...plain, sampling: { logitBias: { 5: 100.5 } } } },
    { field: 'sampling.logitBias.-1', request: { ...plain, sampling: { logitBias: { '-1': 1 } } } },
    { field: 'sampling.logitBias.cat', request: { ...plain, sampling: { logitBias: { cat: 1 } } } },
    {
      field: 'sampling.logitBias',
      request: {
        ...plain,
        sampling: { logitBias: Object.fromEntries(Array.from({ length: 1025 }, (_, id) => [id, 1])) },
      },
    },
    { field: 'sampling.frequencyPenalty', request: { ...plain, sampling: { frequencyPenalty: 2.1 } } },
    { field: 'sampling.presencePenalty', request: { ...plain, sampling: { presencePenalty: -3 } } },
    {
      field: 'method.members.1.sampling.presencePenalty',
      request: team({ members: [{ model: 'a' }, { model: 'b', sampling: { presencePenalty: 7 } }] }),
    },
    { field: 'logprobs', request: { ...plain, logprobs: 21 } },
    { field: 'logprobs', request: { ...plain, logprobs: true } },
    { field: 'logprobs', request: { ...team({ schedule: 'mixture' }), logprobs: 0 } },
    { field: 'sampling.topk', request: { ...plain, sampling: { topk: 3 } } },
    { field: 'maxTokens', request: { ...plain, maxTokens: 0 } },
    { field: 'seed', request: { ...plain, seed: -1 } },
    { field: 'seed', request: { ...plain, seed: 2 ** 60 } },
    { field: 'stop.0', request: { ...plain, stop: [''] } },
    { field: 'method.drafter.draftLength', request: ngram({ draftLength: 17 }) },
    { field: 'method.drafter.draftLength', request: ngram({ draftLength: -1 }) },
    { field: 'method.draftLength', request: team({ draftLength: 0 }) },
    { field: 'method.draftLength', request: team({ draftLength: 17 }) },
    { field: 'method.members', request: team({ members: [{ model: 'a' }] }) },
    { field: 'method.members', request: team(teamOf(17)) },
    { field: 'method.combine.mu', request: team({ combine: { kind: 'contrastive', mu: 1.1e6 } }) },
    {
      field: 'method.combine.weights.0',
      request: team({ combine: { kind: 'geometric', weights: [1e308, 1] } }),
    },
    {
      field: 'method.combine.weights.1',
      request: team({ combine: { kind: 'geometric', weights: [1, -1.1e6] } }),
    },
    { field: 'method.drafter', request: ngram({ longestMatch: 1, shortestMatch: 2 }) },
    { field: 'method.kind', request: { prompt: '', method: { kind: 'parallel' } } },
    { field: 'method', request: { prompt: 'Once' } },
    { field: 'prompt', request: { method: plain.method } },
    {
      field: 'prompt',
      request: { ...team({ members: [{ model: 'a', prompt: '' }, { model: 'b' }] }), prompt: undefined },
    },
    { field: 'messages', request: { ...plain, messages: [hello] } },
    { field: 'messages', request: { ...chat, messages: [] } },
    { field: 'messages.0.role', request: { ...chat, messages: [{ role: 'tool', content: '' }] } },
    { field: 'messages.0.content', request: { ...chat, messages: [{ role: 'user', content: ['a'] }] } },
    { field: 'messages.0.tokenIds.1', request: { ...chat, messages: [{ ...hello, tokenIds: [1, -1] }] } },
    {
      field: 'method.members.1.messages',
      request: team({ members: [{ model: 'a' }, { model: 'b', prompt: '', messages: [hello] }] }),
    },
    { field: 'request', request: null },
  ])('$field', ({ field, request }) => {
    expect(() => validateDecodeRequest(request)).toThrow(
      expect.objectContaining({ code: 'invalid-request', details: expect.objectContaining({ field }) }),
    );
  });
});
