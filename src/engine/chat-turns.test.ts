import { describe, expect, test } from 'vitest';
import { FakeModel, type FakeSequence } from '../decode/testing/fake-model.ts';
import type { CausalModel } from '../models/causal-model.ts';
import { SequencePool } from '../models/sequence-pool.ts';
import type { ModelRuntime } from '../models/session/runtime.ts';
import type { ChatMessage } from '../prompt/chat-message.ts';
import { ChatTemplate } from '../prompt/chat-template.ts';
import { chatMl, chatTokenizer, specialTokens } from '../prompt/testing/chat-models.ts';
import { RoundRecorder } from '../round/round-recorder.ts';
import { tokenId } from '../tokens/token-id.ts';
import { CombineUpdates } from './combine-updates.ts';
import type { DecodeResult } from './engine-api.ts';
import type { LoadedEntry } from './load-model.ts';
import { planMethod } from './method-members.ts';
import { prepareDecode } from './prepared-decode.ts';
import type { DecodeRequest } from './request-types.ts';
import { RoundStream } from './round-stream.ts';
import { runDecode } from './run-decode.ts';

const tokenizer = chatTokenizer();
const { vocabSize, fingerprint } = tokenizer;
const runtime = { readbacks: () => 0, liveGpuBuffers: () => 0 } as unknown as ModelRuntime;

/** One chat model that counts what it is fed; its words are noise, its end of turn comes at random. */
class ChatModel {
  readonly sequences: FakeSequence[] = [];
  readonly #entry: LoadedEntry;

  constructor(endTokenIds: readonly number[] = []) {
    const fake = new FakeModel({ vocabSize, seed: 7 });
    const model = {
      id: 'chatty',
      backend: 'wasm',
      contextLength: 1000,
      costs: [{ tokens: 1, ms: 1 }],
      openSequence: () => {
        const sequence = fake.openSequence();
        this.sequences.push(sequence);
        return sequence;
      },
      copyPrefix: fake.copyPrefix,
    } as unknown as CausalModel;
    this.#entry = {
      model,
      weightBytes: 1,
      pool: new SequencePool(model),
      tokenizer,
      chatTemplate: new ChatTemplate(chatMl, specialTokens),
      vocabulary: { name: 'chatty', vocabSize, fingerprint, scored: { vocabSize, fingerprint } },
      endTokenIds: new Set(endTokenIds.map(tokenId)),
      beginTokenId: null,
    } as unknown as LoadedEntry;
  }

  async decode(request: Omit<DecodeRequest, 'seed'>, seed = 1): Promise<DecodeResult> {
    const prepared = prepareDecode({ ...request, seed }, { entry: () => this.#entry });
    const method = await planMethod(prepared.request, 'http://x/');
    const channels = {
      updates: new CombineUpdates(),
      stream: new RoundStream(),
      signal: new AbortController().signal,
      onPrefill: undefined,
      recorder: new RoundRecorder(() => performance.now()),
      losses: [],
    };
    return runDecode(prepared, method, runtime, channels);
  }
}

const fedIn = ({ rounds }: DecodeResult, member = 0): number =>
  rounds
    .flatMap(({ forwards }) => forwards)
    .filter((forward) => forward.member === member && forward.kind === 'prefill')
    .reduce((sum, { tokens }) => sum + tokens, 0);

const asked: ChatMessage[] = [{ role: 'user', content: 'Tell me of the sea.' }];
const replied = ({ text, tokenIds }: DecodeResult): ChatMessage => ({
  role: 'assistant',
  content: text,
  tokenIds,
});
const plain = { kind: 'plain', model: 'chatty' } as const;

describe('the next turn of a conversation', () => {
  test('feeds only what is new: the last token of the reply, the end of its turn, the question', async () => {
    const model = new ChatModel();
    const first = await model.decode({ messages: asked, maxTokens: 12, method: plain });
    expect(fedIn(first)).toBe(first.promptTokenIds.length);
    const next: ChatMessage = { role: 'user', content: 'And the moon?' };
    const messages = [...asked, replied(first), next];
    const second = await model.decode({ messages, maxTokens: 12, method: plain });
    const held = first.promptTokenIds.length + first.tokenIds.length - 1;
    expect(second.promptTokenIds.slice(0, held + 1)).toEqual([...first.promptTokenIds, ...first.tokenIds]);
    expect(fedIn(second)).toBe(second.promptTokenIds.length - held);
    const third = await model.decode({
      messages: [...messages, replied(second), next],
      method: plain,
      maxTokens: 1,
    });
    expect(fedIn(third)).toBe(
      third.promptTokenIds.length - second.promptTokenIds.length - second.tokenIds.length + 1,
    );
    expect(model.sequences).toHaveLength(1);
  });

  test('of two members with prompts of their own, each from its own cache', async () => {
    const model = new ChatModel();
    const method = (turns: readonly ChatMessage[]) =>
      ({
        kind: 'collaborative',
        members: [
          { model: 'chatty' },
          { model: 'chatty', messages: [{ role: 'system', content: 'You are a cat.' }, ...turns] },
        ],
        combine: { kind: 'weighted', weights: [1, 1] },
        schedule: 'sequential',
      }) as const;
    const ask = (turns: ChatMessage[]) =>
      model.decode({ messages: turns, maxTokens: 6, method: method(turns) as never });
    const first = await ask(asked);
    const second = await ask([...asked, replied(first), ...asked]);
    const news = second.promptTokenIds.length - first.promptTokenIds.length - first.tokenIds.length + 1;
    expect([fedIn(second, 0), fedIn(second, 1)]).toEqual([news, news]);
    expect(model.sequences).toHaveLength(2);
  });
});

test('tokens of a reply that no tokenizer has are refused', async () => {
  const reply: ChatMessage = { role: 'assistant', content: '', tokenIds: [vocabSize] };
  const request = { messages: [...asked, reply], method: plain };
  await expect(new ChatModel().decode(request)).rejects.toMatchObject({
    code: 'invalid-request',
    message: `messages: ${vocabSize} is not in the vocabulary of ${vocabSize} tokens: remove it from the text`,
  });
});

describe('two conversations in turn', () => {
  test.each([
    { name: 'with nothing in common', prompts: ['You are a cat.', 'Be brief, be kind.'] },
    { name: 'with one long system prompt', prompts: Array(2).fill('You are a cat. '.repeat(20)) as string[] },
  ])('feed only what is new: $name', async ({ prompts }) => {
    const model = new ChatModel();
    const chats = prompts.map((content, chat): ChatMessage[] => [
      { role: 'system', content },
      { role: 'user', content: chat === 0 ? 'Tell me of the sea.' : 'What is the moon?' },
    ]);
    const ended: (DecodeResult | undefined)[] = [];
    for (let turn = 0; turn < 3; turn++) {
      for (const [chat, messages] of chats.entries()) {
        const result = await model.decode({ messages, maxTokens: 8, method: plain });
        const held = ended[chat] ?? (chat === 1 ? ended[0] : undefined);
        const text = held ? [...held.promptTokenIds, ...held.tokenIds.slice(0, -1)] : [];
        const parting = text.findIndex((id, index) => id !== result.promptTokenIds[index]);
        expect(fedIn(result)).toBe(result.promptTokenIds.length - (parting < 0 ? text.length : parting));
        ended[chat] = result;
        messages.push(replied(result), { role: 'user', content: 'And then?' });
      }
    }
    expect(model.sequences).toHaveLength(2);
  });
});

test('any of several end tokens ends the turn, and none of them is part of its text', async () => {
  const all = Array.from({ length: vocabSize }, (_, id) => id);
  const model = new ChatModel(all.filter((id) => id % 4 === 1));
  const ends = new Set<number>();
  for (let seed = 1; seed <= 6; seed++) {
    const { finishReason, tokenIds, rounds, text } = await model.decode(
      { messages: asked, maxTokens: 60, specialTokens: true, method: plain },
      seed,
    );
    expect(finishReason).toBe('end');
    const end = rounds.at(-1)!.proposals.at(-1)!.tokenId;
    ends.add(end);
    expect(end % 4).toBe(1);
    expect(tokenIds.some((id) => id % 4 === 1)).toBe(false);
    expect(text).toBe(tokenizer.decode(tokenIds.map(tokenId), { keepSpecial: true }));
  }
  expect(ends.size).toBeGreaterThan(1);
});
