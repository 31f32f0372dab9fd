import { describe, expect, test } from 'vitest';
import { letterTokenizer } from '../decode/testing/fake-decode.ts';
import { ChatTemplate } from '../prompt/chat-template.ts';
import { tokenId } from '../tokens/token-id.ts';
import { vocabularyFingerprint } from '../tokens/vocabulary.ts';
import type { LoadedEntry } from './load-model.ts';
import { prepareDecode } from './prepared-decode.ts';

interface FakeEntry {
  readonly vocabulary?: readonly string[];
  /** Entries of its logits; as many as the vocabulary's unless given. */
  readonly width?: number;
  readonly contextLength?: number;
  readonly weightBytes?: number;
  readonly ms?: number;
  readonly template?: string;
}

const letters = ['a', 'b', 'c'];

const tableOf = (vocabulary: readonly string[]) => ({
  vocabSize: vocabulary.length,
  fingerprint: vocabularyFingerprint(vocabulary),
});

/** Loaded models by name, as far as a request is checked against them. */
function shelfOf(models: Readonly<Record<string, FakeEntry>>) {
  const entryOf = (id: string, { vocabulary = letters, ...fake }: FakeEntry): LoadedEntry =>
    ({
      model: { id, contextLength: fake.contextLength ?? 8, costs: [{ tokens: 1, ms: fake.ms ?? 1 }] },
      weightBytes: fake.weightBytes ?? 100,
      tokenizer: letterTokenizer(vocabulary.length),
      vocabulary: {
        name: id,
        ...tableOf(vocabulary),
        scored: tableOf(vocabulary.slice(0, fake.width)),
      },
      chatTemplate: fake.template === undefined ? null : new ChatTemplate(fake.template, {}),
      beginTokenId: tokenId(0),
    }) as unknown as LoadedEntry;
  return { entry: (id: string) => entryOf(id, models[id]) };
}

const team = (members: readonly object[], options: object = {}) => ({
  prompt: 'ab',
  method: {
    kind: 'collaborative',
    members,
    combine: { kind: 'weighted', weights: members.map((_, index) => index + 1) },
    ...options,
  },
});

describe('members that do not share a vocabulary are refused with both', () => {
  const registry = shelfOf({
    x: {},
    same: {},
    swapped: { vocabulary: ['b', 'a', 'c'] },
    longer: { vocabulary: [...letters, 'd'] },
  });
  test.each(['swapped', 'longer'])('%s', (other) => {
    const methods = [
      team([{ model: 'x' }, { model: 'same' }, { model: other }], {
        combine: { kind: 'weighted', weights: [1, 1, 1] },
      }).method,
      { kind: 'speculative', target: 'x', drafter: { kind: 'model', model: other } },
    ];
    for (const method of methods) {
      expect(() => prepareDecode({ prompt: 'ab', method }, registry)).toThrow(
        expect.objectContaining({
          code: 'vocabulary-mismatch',
          details: expect.objectContaining({ first: 'x', second: other, firstVocabSize: 3 }),
        }),
      );
    }
    expect(prepareDecode(team([{ model: 'x' }, { model: 'same' }]), registry).members).toHaveLength(2);
  });
});

describe('a token beyond the logits of a model', () => {
  // "c" is an added token that the narrow model does not score.
  const template = '{% for message in messages %}{{ message.content }}{% endfor %}';
  const registry = shelfOf({
    narrow: { width: 2, template },
    wide: { width: 64, template },
    bare: { vocabulary: ['a', 'b'] },
    other: { vocabulary: ['b', 'a', 'c'], width: 2 },
  });
  const plain = { kind: 'plain', model: 'narrow' };
  const both = [{ model: 'narrow' }, { model: 'wide' }];

  test.each([
    ['a prompt', { prompt: 'abc', method: plain }, 'prompt'],
    ['messages', { messages: [{ role: 'user', content: 'ac' }], method: plain }, 'messages'],
    [
      'the tokens of a reply',
      {
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: 'c', tokenIds: [2] },
        ],
        method: plain,
      },
      'messages',
    ],
    ['the prompt of a team', { ...team(both), prompt: 'abc' }, 'prompt'],
    ["a member's prompt", team([both[1], { model: 'narrow', prompt: 'c' }]), 'method.members.1.prompt'],
    [
      "a member's messages",
      team([both[1], { model: 'narrow', messages: [{ role: 'user', content: 'c' }] }]),
      'method.members.1.messages',
    ],
    [
      'a prompt that a draft model reads too',
      {
        prompt: 'abc',
        method: { kind: 'speculative', target: 'wide', drafter: { kind: 'model', model: 'narrow' } },
      },
      'prompt',
    ],
  ])('is refused by its name in %s', (_, request, field) => {
    expect(() => prepareDecode(request, registry)).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        message: expect.stringMatching(/^\S+: the token "c" \(2\) .*\b2 tokens.*narrow/),
        details: { field, token: 'c', tokenId: 2, width: 2, model: 'narrow' },
      }),
    );
  });

  test('is refused by its name in a bias, of any member', () => {
    for (const request of [{ prompt: 'ab', method: plain }, team(both)]) {
      expect(() => prepareDecode({ ...request, sampling: { logitBias: { 2: 1 } } }, registry)).toThrow(
        expect.objectContaining({ code: 'invalid-request', details: { field: 'sampling.logitBias.2' } }),
      );
    }
  });

  test('is read by a member that scores it, and drawn by nobody while another does not', () => {
    const { members, vocabSize } = prepareDecode(team([both[0], { ...both[1], prompt: 'abc' }]), registry);
    expect(members[1].promptTokenIds).toEqual([0, 1, 2]);
    expect(vocabSize).toBe(2);
    expect(
      prepareDecode({ prompt: 'abc', method: { kind: 'plain', model: 'wide' } }, registry).vocabSize,
    ).toBe(3);
  });

  test('tells no vocabularies apart, and hides no difference', () => {
    expect(prepareDecode(team([both[0], { model: 'bare' }]), registry).vocabSize).toBe(2);
    const mismatch = expect.objectContaining({ code: 'vocabulary-mismatch' });
    expect(() => prepareDecode(team([both[0], { model: 'other' }]), registry)).toThrow(mismatch);
    expect(() => prepareDecode(team([both[1], { model: 'other' }]), registry)).toThrow(mismatch);
  });
});

describe('bias and penalties', () => {
  const registry = shelfOf({ x: {}, y: {} });
  const adjustmentsOf = (request: object) =>
    prepareDecode(request, registry).members.map(({ adjustment }) => adjustment);
  const both = [{ model: 'x' }, { model: 'y' }];

  test('are nothing unless asked for, and where they change nothing', () => {
    expect(adjustmentsOf(team(both))).toEqual([null, null]);
    const sampling = { logitBias: { 1: 0 }, frequencyPenalty: 0 };
    expect(adjustmentsOf({ ...team(both), sampling })).toEqual([null, null]);
  });

  test("are the request's for every member, drafting ones too, but for what a member has of its own", () => {
    const sampling = { logitBias: { 1: -3 }, frequencyPenalty: 0.5, presencePenalty: 0.25 };
    const common = { bias: new Map([[1, -3]]), frequencyPenalty: 0.5, presencePenalty: 0.25 };
    const own = { model: 'y', sampling: { logitBias: { 2: 4 }, presencePenalty: 0 } };
    expect(adjustmentsOf({ ...team([both[0], own]), sampling })).toEqual([
      common,
      { ...common, bias: new Map([[2, 4]]), presencePenalty: 0 },
    ]);
    const drafter = { kind: 'model', model: 'y' };
    const method = { kind: 'speculative', target: 'x', drafter };
    expect(adjustmentsOf({ prompt: 'ab', sampling, method })).toEqual([common, common]);
  });

  test.each([
    { field: 'sampling.logitBias.3', request: { ...team(both), sampling: { logitBias: { 3: 1 } } } },
    {
      field: 'method.members.1.sampling.logitBias.9',
      request: team([both[0], { model: 'y', sampling: { logitBias: { 9: 1 } } }]),
    },
  ])('name a token that the vocabulary does not have: $field', ({ field, request }) => {
    expect(() => adjustmentsOf(request)).toThrow(
      expect.objectContaining({ code: 'invalid-request', details: { field } }),
    );
  });
});

test('the default proposer is chosen by the sizes of the ONNX files and by costs', () => {
  const proposerAmong = (first: FakeEntry, second: FakeEntry) => {
    const { request } = prepareDecode(
      team([{ model: 'x' }, { model: 'y' }]),
      shelfOf({ x: first, y: second }),
    );
    return request.method.kind === 'collaborative' ? request.method.defaultProposer : null;
  };
  expect(proposerAmong({ weightBytes: 1000, ms: 1 }, { weightBytes: 1010, ms: 2 })).toBe(1);
  expect(proposerAmong({ weightBytes: 1000, ms: 1 }, { weightBytes: 2000, ms: 2 })).toBe(0);
});

describe('a prompt that is longer than a context is refused', () => {
  const registry = shelfOf({ x: { contextLength: 4 }, y: { contextLength: 3 } });
  const messageOf = (request: object): string => {
    try {
      prepareDecode(request, registry);
    } catch (error) {
      expect(error).toMatchObject({ code: 'context-full' });
      return (error as Error).message;
    }
    return 'no error';
  };
  const long = 'abcabc';

  test("with the member's number where it has a prompt of its own", () => {
    expect(messageOf(team([{ model: 'x' }, { model: 'y', prompt: long }]))).toMatch(
      /^the prompt of member 1 has 6 tokens and the context of y holds 3/,
    );
  });

  test('by the member whose context it exceeds where it is the same for all', () => {
    const request = { ...team([{ model: 'x' }, { model: 'y' }]), prompt: 'abca' };
    expect(messageOf(request)).toMatch(/^the prompt has 4 tokens and the context of y, member 1, holds 3/);
  });

  test('by the model alone where one model writes', () => {
    const request = { prompt: long, method: { kind: 'plain', model: 'x' } };
    expect(messageOf(request)).toMatch(/^the prompt has 6 tokens and the context of x holds 4/);
  });

  test('but a draft model just does not draft', () => {
    const drafter = { kind: 'model', model: 'y' };
    const request = { prompt: 'abca', method: { kind: 'speculative', target: 'x', drafter } };
    expect(prepareDecode(request, registry).members).toHaveLength(2);
  });
});

describe('messages', () => {
  const said = (content: string) => [{ role: 'user', content }];
  const registry = shelfOf({ x: { template: 'a{{ messages[0].content + letter }}' }, y: {} });
  const idsOf = (letters: string) => [...letters].map((letter) => letter.charCodeAt(0) - 97);
  const promptsOf = (request: object) =>
    prepareDecode({ ...request, chatTemplate: { letter: 'c' } }, registry).members.map(
      ({ promptTokenIds }) => promptTokenIds,
    );

  test('are written by the template of each model, own ones and common ones', () => {
    const { method } = team([
      { model: 'x' },
      { model: 'x', messages: said('bb') },
      { model: 'y', prompt: 'cc' },
    ]);
    expect(promptsOf({ messages: said('b'), method })).toEqual(['abc', 'abbc', 'cc'].map(idsOf));
  });

  test('are refused, by name, where a model has no template', () => {
    const { method } = team([{ model: 'x' }, { model: 'y', messages: said('b') }]);
    expect(() => promptsOf({ prompt: 'a', method })).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        message: expect.stringMatching(/^messages: y has no chat template/),
      }),
    );
  });

  test('count as a prompt of its own where they do not fit', () => {
    const { method } = team([{ model: 'x' }, { model: 'x', messages: said('bbbbbbbb') }]);
    expect(() => promptsOf({ messages: said('b'), method })).toThrow(
      expect.objectContaining({
        code: 'context-full',
        message: expect.stringMatching(/^the prompt of member 1 has 10 tokens/),
      }),
    );
  });
});
