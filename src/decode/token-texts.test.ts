import { describe, expect, test } from 'vitest';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import { Detokeniser } from '../tokens/detokeniser.ts';
import type { HfTokenizer } from '../tokens/hf-tokenizer.ts';
import { bytesTokenizer } from '../tokens/testing/byte-tokenizer.ts';
import { entryIds, llamaLike, unigram } from '../tokens/testing/small-tokenizers.ts';
import { type TokenId, tokenId } from '../tokens/token-id.ts';
import type { MethodPlan } from './method-plan.ts';
import { type FakeDecodeOptions, runFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';

const methods: Readonly<Record<string, MethodPlan>> = {
  speculative: {
    kind: 'speculative',
    acceptance: { kind: 'exact' },
    drafter: { kind: 'model', draftLength: 4 },
  },
  alternate: {
    kind: 'collaborative',
    combine: weightedCombine([0.5, 0.5]),
    schedule: 'alternate',
    acceptance: { kind: 'exact' },
    defaultProposer: 0,
    draftLengths: [3, 2],
  },
};

const runOf = (tokenizer: HfTokenizer, options: Partial<FakeDecodeOptions>) => {
  const vocabSize = tokenizer.vocabSize;
  return runFakeDecode({
    models: [1, 2].map((seed) => new FakeModel({ vocabSize, seed, spread: 2 })),
    method: methods.speculative,
    random: new PhiloxSource(7),
    tokenizer,
    prompt: entryIds(tokenizer, ['▁a', '▁b']),
    maxTokens: 60,
    ...options,
  });
};

describe.each(Object.entries(methods))(
  '%s, with a vocabulary whose decoder strips the first space',
  (_, method) => {
    const tokenizer = unigram();
    const prompt = entryIds(tokenizer, ['▁a', '▁b']);
    /** What a token adds to the ids before it, from two decodes of all of them; special tokens are spelled. */
    const addedTo = (before: readonly TokenId[], id: TokenId): string => {
      const whole = [...prompt, ...before];
      const added = tokenizer.decode([...whole, id]).slice(tokenizer.decode(whole).length);
      return added === '' ? tokenizer.decode([id], { keepSpecial: true }) : added;
    };
    const inText = ['accepted', 'recovered', 'drawn'];

    test('every token of a round reads as it does behind the tokens that it continues', async () => {
      const { rounds, text, tokenIds } = await runOf(tokenizer, { method, logprobs: 3 });
      const written: TokenId[] = [];
      const seen = { rejected: 0, discarded: 0, spaces: 0 };
      for (const { proposals, committed, logprobs } of rounds) {
        const first = written.length;
        let dropped: TokenId[] | null = null;
        for (const { fate, tokenId, text: own } of proposals) {
          if (inText.includes(fate) && written.length - first < committed.length) {
            const added = tokenizer.decode([...prompt, ...written, tokenId]);
            expect(own).toBe(added.slice(tokenizer.decode([...prompt, ...written]).length));
            const { text: told, top } = logprobs![written.length - first];
            expect(told).toBe(addedTo(written, tokenId));
            for (const one of top) expect(one.text).toBe(addedTo(written, one.tokenId));
            written.push(tokenId);
          } else {
            dropped ??= [...written];
            expect(own).toBe(addedTo(dropped, tokenId));
            dropped.push(tokenId);
            if (fate === 'rejected' || fate === 'discarded') seen[fate]++;
            if (own.startsWith(' ')) seen.spaces++;
          }
        }
      }
      expect(written).toEqual(tokenIds);
      expect(text).toBe(tokenizer.decode([...prompt, ...tokenIds]).slice('a b'.length));
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(3);
    });
  },
);

test('a discarded proposal completes the character that the proposals before it began', async () => {
  const tokenizer = bytesTokenizer([[0xc3], [0xa9], [0x61]].map((bytes) => Uint8Array.from(bytes)));
  const models = [1, 2].map((seed) => new FakeModel({ vocabSize: 3, seed, spread: 2 }));
  const { method, random } = { method: methods.speculative, random: new PhiloxSource(3) };
  const { rounds } = await runFakeDecode({ models, method, random, tokenizer, maxTokens: 200 });
  const written: TokenId[] = [0, 1].map(tokenId);
  let completed = 0;
  for (const { proposals, committed } of rounds) {
    const rejected = proposals.findIndex(({ fate }) => fate === 'rejected');
    if (rejected >= 0) {
      const dropped = proposals.filter(({ fate }, index) => index === rejected || fate === 'discarded');
      const reader = new Detokeniser(tokenizer, [...written, ...committed.slice(0, rejected)]);
      for (const { tokenId: id, text } of dropped) {
        expect(text).toBe(reader.name(id));
        reader.append(id);
      }
      if (dropped.slice(1).some(({ text }) => text === 'é')) completed++;
    }
    written.push(...committed);
  }
  expect(completed).toBeGreaterThan(3);
});

test('the bytes of all log probabilities are the text, pieces of characters included', async () => {
  const tokenizer = llamaLike();
  const { rounds, text } = await runOf(tokenizer, { logprobs: 2, maxTokens: 200 });
  const entries = rounds.flatMap(({ logprobs }) => logprobs!);
  const bytes = entries.flatMap((one) => one.bytes ?? []);
  expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe(text);
  expect(bytes.some((byte) => byte >= 0x80)).toBe(true);
});

describe('a stop string that spells a special token', () => {
  const tokenizer = unigram();
  const [end] = entryIds(tokenizer, ['<|im_end|>']);

  test.each(Object.entries(methods))('ends the text where the token is produced: %s', async (_, method) => {
    const { text, tokenIds } = await runOf(tokenizer, { method, maxTokens: 300 });
    const index = tokenIds.indexOf(end);
    expect(index).toBeGreaterThan(0);
    const stopped = await runOf(tokenizer, { method, maxTokens: 300, stop: ['<|im_end|>'] });
    expect(stopped.finishReason).toBe('stop');
    expect(stopped.tokenIds).toEqual(tokenIds.slice(0, index + 1));
    expect(text.startsWith(stopped.text)).toBe(true);
    expect(stopped.text).toBe(
      tokenizer.decode([...entryIds(tokenizer, ['▁a', '▁b']), ...tokenIds.slice(0, index)]).slice(3),
    );
  });

  test('that is the end token ends it as before, and takes the text that stands before it', async () => {
    const { tokenIds, text } = await runOf(tokenizer, { maxTokens: 300, endTokenIds: [end] });
    const last = tokenizer.decode(tokenIds.slice(-1), { keepSpecial: true });
    expect(last.length).toBeGreaterThan(0);
    const common = { maxTokens: 300, endTokenIds: [end] };
    const alone = await runOf(tokenizer, { ...common, stop: ['<|im_end|>'] });
    expect(alone).toMatchObject({ finishReason: 'end', text, tokenIds });
    const behind = await runOf(tokenizer, { ...common, stop: [`${last}<|im_end|>`] });
    expect(behind).toMatchObject({ finishReason: 'end', text: text.slice(0, -last.length), tokenIds });
  });
});
