import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Detokeniser, spelling } from './detokeniser.ts';
import type { HfTokenizer } from './hf-tokenizer.ts';
import { byteLevel, entryIds, gemmaLike, llamaLike, unigram, wordPiece } from './testing/small-tokenizers.ts';
import { type TokenId, tokenId } from './token-id.ts';

const tokenizers = {
  'byte-level BPE': byteLevel(),
  'SentencePiece BPE with byte fallback': llamaLike(),
  'the same without a stripped space': gemmaLike(),
  'Unigram with Metaspace': unigram(),
  WordPiece: wordPiece(),
};

const utf8 = (bytes: readonly number[]): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));

/** Any ids, pieces of characters often. Without 0xEF: the library drops a byte order mark of fallback bytes. */
function idLists(tokenizer: HfTokenizer): fc.Arbitrary<TokenId[]> {
  const ids = Array.from({ length: tokenizer.vocabSize + 2 }, (_, id) => tokenId(id)).filter(
    (id) => tokenizer.entry(id) !== '<0xEF>',
  );
  const pieces = ids.filter((id) => (tokenizer.bytesOf(id)?.[0] ?? 0) >= 0x80);
  const id = fc.oneof(fc.constantFrom(...ids), fc.constantFrom(...(pieces.length > 0 ? pieces : ids)));
  return fc.array(id, { maxLength: 30 });
}

describe.each(Object.entries(tokenizers))('%s', (_, tokenizer) => {
  test.each([false, true])(
    'texts and bytes of the tokens make the text that all of them decode to (special tokens spelled: %s)',
    (keepSpecial) => {
      fc.assert(
        fc.property(idLists(tokenizer), (ids) => {
          const detokeniser = new Detokeniser(tokenizer, [], keepSpecial);
          const added = ids.map((id) => {
            const seen = detokeniser.preview(id);
            expect(detokeniser.fork().append(id)).toEqual(seen);
            expect(detokeniser.append(id)).toEqual(seen);
            return seen;
          });
          const text = added.map((one) => one.text).join('') + detokeniser.finish();
          expect(text).toBe(tokenizer.decode(ids, { keepSpecial }));
          expect(utf8(added.flatMap(({ bytes }) => bytes ?? []))).toBe(text);
        }),
        { numRuns: 100 },
      );
    },
  );

  test('a text that is read behind its prompt continues it as all of it decodes', () => {
    fc.assert(
      fc.property(idLists(tokenizer), idLists(tokenizer), (prompt, ids) => {
        const whole = new Detokeniser(tokenizer);
        for (const id of prompt) whole.append(id);
        const behind = new Detokeniser(tokenizer, prompt);
        for (const id of ids) expect(behind.append(id)).toEqual(whole.append(id));
        expect(behind.finish()).toBe(whole.finish());
      }),
      { numRuns: 100 },
    );
  });

  test('special tokens have no bytes unless they are spelled; added tokens are text', () => {
    const [end, think] = entryIds(tokenizer, ['<|im_end|>', '<think>']);
    const context = entryIds(tokenizer, ['a']);
    const left = new Detokeniser(tokenizer, context);
    expect(left.append(end)).toEqual({ text: '', bytes: null });
    expect(left.name(end)).toContain('<|im_end|>');
    const spelled = new Detokeniser(tokenizer, context, true).append(end);
    expect(spelled.text.trim()).toBe('<|im_end|>');
    expect(spelled.bytes).toEqual([...new TextEncoder().encode(spelled.text)]);
    expect(left.append(think).text.trim()).toBe('<think>');
    expect(spelling(tokenizer, end)).toBe('<|im_end|>');
  });
});

describe('a vocabulary as Llama 2 has it', () => {
  const tokenizer = tokenizers['SentencePiece BPE with byte fallback'];
  const words = entryIds(tokenizer, ['▁true', '▁or', '▁false']);
  const textsBehind = (context: readonly string[], ids: readonly TokenId[]): string[] => {
    const detokeniser = new Detokeniser(tokenizer, entryIds(tokenizer, context));
    return ids.map((id) => detokeniser.append(id).text);
  };

  test.each<[string, string[], string[]]>([
    ['at the beginning of a text', [], ['true', ' or', ' false']],
    ['behind a token that is left out', ['<s>'], ['true', ' or', ' false']],
    ['behind a prompt', ['<s>', '▁a'], [' true', ' or', ' false']],
    [
      'behind a prompt that ends with left-out tokens',
      ['▁a', ...Array(9).fill('</s>')],
      [' true', ' or', ' false'],
    ],
    ['behind a line break', ['<0x0A>'], [' true', ' or', ' false']],
  ])('words keep their space %s', (_, context, texts) => {
    expect(textsBehind(context, words)).toEqual(texts);
  });

  test('a space that is a byte is stripped as any other', () => {
    expect(textsBehind([], entryIds(tokenizer, ['<0x20>', 'a', '<0x20>']))).toEqual(['', 'a', ' ']);
  });

  test('the pieces of a character have their bytes; the last one has the character', () => {
    const ids = entryIds(tokenizer, ['a', '<0xF0>', '<0x9F>', '<0x98>', '<0x80>', '▁b']);
    const detokeniser = new Detokeniser(tokenizer);
    expect(ids.map((id) => [detokeniser.name(id), detokeniser.append(id)])).toEqual([
      ['a', { text: 'a', bytes: [0x61] }],
      ['\uFFFD', { text: '', bytes: [0xf0] }],
      ['\uFFFD', { text: '', bytes: [0x9f] }],
      ['\uFFFD', { text: '', bytes: [0x98] }],
      ['😀', { text: '😀', bytes: [0x80] }],
      [' b', { text: ' b', bytes: [0x20, 0x62] }],
    ]);
  });

  test('a character that began in the prompt is whole in the text', () => {
    const [first, second] = entryIds(tokenizer, ['<0xC3>', '<0xA9>']);
    expect(new Detokeniser(tokenizer, [first]).append(second)).toEqual({ text: 'é', bytes: [0xa9] });
  });

  test('a character that is never completed is U+FFFD of the token behind it, whose bytes are its own', () => {
    const [half, word] = entryIds(tokenizer, ['<0xC3>', '▁or']);
    const detokeniser = new Detokeniser(tokenizer, [half]);
    expect(detokeniser.append(word)).toEqual({ text: '\uFFFD or', bytes: [0x20, 0x6f, 0x72] });
  });
});
