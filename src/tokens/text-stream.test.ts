import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HfTokenizer } from './hf-tokenizer.ts';
import { bundledTokenizer } from './testing/bundled-tokenizer.ts';
import { bytesTokenizer, byteTokenizer, wordTokenizer } from './testing/byte-tokenizer.ts';
import { entryIds, llamaLike } from './testing/small-tokenizers.ts';
import { TextStream } from './text-stream.ts';
import { type TokenId, tokenId } from './token-id.ts';
import type { Tokenizer } from './tokenizer.ts';
import { toWellFormed } from './well-formed.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const idsOf = (count: number): TokenId[] => Array.from({ length: count }, (_, id) => tokenId(id));

interface Streamed {
  readonly pieces: readonly string[];
  /** What takeFinal gave after each token; then what finish gave. */
  readonly taken: readonly string[];
  readonly text: string;
  /** Tokens until the stream said `stopped`; null if it never did. */
  readonly tokensToStop: number | null;
}

/** Streams ids as a decode does: until the stop, with takeFinal after each token. */
function streamOf(
  tokenizer: Tokenizer,
  ids: readonly TokenId[],
  stopStrings: readonly string[] = [],
  { keepSpecial = false, end }: { readonly keepSpecial?: boolean; readonly end?: string | undefined } = {},
): Streamed {
  const stream = new TextStream(tokenizer, stopStrings, [], keepSpecial);
  const pieces: string[] = [];
  const taken: string[] = [];
  let tokensToStop: number | null = null;
  for (const id of ids) {
    const { piece, stopped } = stream.append(id);
    pieces.push(piece);
    taken.push(stream.takeFinal());
    if (stopped) {
      tokensToStop = pieces.length;
      break;
    }
  }
  if (end !== undefined) stream.appendEnd(entryIds(tokenizer as HfTokenizer, [end])[0]);
  taken.push(stream.finish());
  return { pieces, taken, text: taken.join(''), tokensToStop };
}

/** One token per given text. */
const streamOfTexts = (texts: readonly string[], stopStrings: readonly string[] = []): Streamed =>
  streamOf(bytesTokenizer(texts.map(utf8)), idsOf(texts.length), stopStrings);

describe('characters spread over tokens', () => {
  test('an emoji of four byte tokens comes with the last of them', () => {
    const { pieces } = streamOf(byteTokenizer, byteTokenizer.encode('a😀b'));
    expect(pieces).toEqual(['a', '', '', '', '😀', 'b']);
  });

  test('a joined emoji comes code point by code point, none of them broken', () => {
    const astronaut = '👩‍🚀';
    const { taken, text } = streamOf(byteTokenizer, byteTokenizer.encode(astronaut));
    expect(taken.filter((piece) => piece !== '')).toEqual([...astronaut]);
    expect(text).toBe(astronaut);
  });

  test('special tokens have no text unless asked for; then they come whole, behind what was incomplete', () => {
    const tokenizer = bundledTokenizer();
    const half = tokenizer.encode('昔', { addSpecial: false }).slice(0, 1);
    const ids = [...tokenizer.encode('Once<|fairy|>', { addSpecial: false }), ...half, tokenId(2)];
    const piecesOf = (keepSpecial: boolean) => {
      const stream = new TextStream(tokenizer, [], [], keepSpecial);
      const pieces = ids.map((id) => stream.append(id).piece).filter((piece) => piece !== '');
      return { pieces, text: stream.finish() };
    };
    const pieces = ['Once', '<|fairy|>', '\uFFFD<|space|>'];
    expect(piecesOf(true)).toEqual({ pieces, text: pieces.join('') });
    expect(piecesOf(false).text).toBe('Once\uFFFD');
  });

  test('the text of a token ahead of an incomplete character is not held back', () => {
    const tokenizer = bytesTokenizer([Uint8Array.of(0x61, 0xe2), Uint8Array.of(0x82, 0xac, 0x62)]);
    expect(streamOf(tokenizer, idsOf(2)).pieces).toEqual(['a', '€b']);
  });

  test('an incomplete character at the end becomes U+FFFD', () => {
    const { taken } = streamOf(byteTokenizer, byteTokenizer.encode('a😀').slice(0, -1));
    expect(taken).toEqual(['a', '', '', '', '\uFFFD']);
  });

  test('a real U+FFFD in the text stays one', () => {
    expect(streamOfTexts(['\uFFFD', 'a\uFFFD', '\uFFFD']).text).toBe('\uFFFDa\uFFFD\uFFFD');
  });

  test('the bundled tokenizer streams what it decodes', () => {
    const tokenizer = bundledTokenizer();
    const ids = tokenizer.encode('One day 🚀🚀, 宇宙 , the queen said: "Zoë!"\n'.repeat(20));
    expect(streamOf(tokenizer, ids).text).toBe(tokenizer.decode(ids));
  });

  test('any bytes in any tokens stream as they decode at once', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 0, maxLength: 4 }),
      fc.constantFrom(...['a', '€', '😀', '\uFFFD'].map(utf8)),
      fc.constantFrom(0xff, 0xe2, 0x82, 0xf0, 0x9f).map((byte) => Uint8Array.of(byte)),
    );
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 80 }), (table) => {
        const tokenizer = bytesTokenizer(table);
        const { taken, text } = streamOf(tokenizer, idsOf(table.length));
        expect(text).toBe(tokenizer.decode(idsOf(table.length)));
        expect(taken.every((part) => part === toWellFormed(part))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test('a long text keeps the space before every word', () => {
    const words = ['one', 'two'];
    const tokenizer = wordTokenizer(words);
    const ids = Array.from({ length: 200 }, (_, i) => tokenId(i % 2));
    expect(streamOf(tokenizer, ids).text).toBe(tokenizer.decode(ids));
  });

  test('with the prompt as context the first word keeps its space', () => {
    const tokenizer = wordTokenizer(['once', 'upon']);
    const stream = new TextStream(tokenizer, [], tokenizer.encode('once once'));
    expect(stream.append(tokenId(1)).piece).toBe(' upon');
  });

  test('a token costs the same however long the text is', () => {
    let decodedIds = 0;
    const counting: Tokenizer = {
      ...byteTokenizer,
      decode: (ids) => {
        decodedIds += ids.length;
        return byteTokenizer.decode(ids);
      },
    };
    const decodedFor = (text: string): number => {
      decodedIds = 0;
      streamOf(counting, byteTokenizer.encode(text));
      return decodedIds;
    };
    for (const unit of ['a', '😀', '\uFFFD']) {
      const perUnit = (decodedFor(unit.repeat(2000)) - decodedFor(unit.repeat(1000))) / 1000;
      expect(perUnit).toBeLessThan(40 * utf8(unit).length);
    }
  });
});

describe('stop strings', () => {
  test.each<[string, string[], string[], string, number | null]>([
    ['inside one token', ['ab END cd'], ['END'], 'ab ', 1],
    ['across three tokens', ['ab E', 'N', 'D cd', 'never'], ['END'], 'ab ', 3],
    ['at the very start', ['END'], ['END'], '', 1],
    ['that never comes', ['ab', 'EN', 'd'], ['END'], 'abENd', null],
    ['half of which ends the text', ['ab', 'EN'], ['END'], 'abEN', null],
    ['the first start among several', ['x123y'], ['23', '12'], 'x', 1],
    ['the one that is complete first', ['ab', 'c', 'd'], ['abcd', 'bc'], 'a', 2],
    ['after a false start of itself', ['aab', 'aabaaa'], ['aabaaa'], 'aab', 2],
    ['inside a row of its own letter', ['aaa', 'ab'], ['aab'], 'aa', 2],
    ['an emoji over byte tokens', ['x', '😀'], ['😀'], 'x', 2],
    ['a line end', ['one\n', '\ntwo'], ['\n\n'], 'one', 2],
  ])('%s', (_, texts, stopStrings, text, tokensToStop) => {
    expect(streamOfTexts(texts, stopStrings)).toMatchObject({ text, tokensToStop });
  });

  test('what may begin a stop string is held until it cannot', () => {
    const { taken } = streamOfTexts(['a E', 'N', 'x', '.'], ['END']);
    expect(taken).toEqual(['a ', '', 'ENx', '.', '']);
  });

  test('the piece of the token that completes one is whole', () => {
    expect(streamOfTexts(['a E', 'ND b'], ['END']).pieces).toEqual(['a E', 'ND b']);
  });

  test('tokens after the stop add nothing', () => {
    const stream = new TextStream(byteTokenizer, ['b']);
    for (const id of byteTokenizer.encode('ab')) stream.append(id);
    expect(stream.append(tokenId(0x63))).toEqual({ piece: '', stopped: true });
    expect(stream.takeFinal() + stream.finish()).toBe('a');
  });

  test('an empty stop string is refused', () => {
    expect(() => new TextStream(byteTokenizer, [''])).toThrow(RangeError);
  });

  test('agree with a search of the whole text, however it is split', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '€', '😀', '😁'), maxLength: 6 });
    const stops = fc.array(
      letters.filter((stop) => stop !== ''),
      { maxLength: 4 },
    );
    const splitBytes = fc
      .tuple(fc.array(letters, { maxLength: 12 }), fc.array(fc.nat({ max: 5 })))
      .map(([texts, sizes]): Uint8Array[] => {
        const bytes = utf8(texts.join(''));
        const tokens: Uint8Array[] = [];
        for (let start = 0, i = 0; start < bytes.length; i++) {
          const end = start + (sizes[i] ?? 1);
          tokens.push(bytes.slice(start, end));
          start = Math.max(start, end);
        }
        return tokens;
      });
    fc.assert(
      fc.property(splitBytes, stops, (table, stopStrings) => {
        const tokenizer = bytesTokenizer(table);
        const ids = idsOf(table.length);
        const expected = searchWholeText(tokenizer, ids, stopStrings);
        const { text, tokensToStop } = streamOf(tokenizer, ids, stopStrings);
        expect({ text, tokensToStop }).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('stop strings that spell special tokens', () => {
  type Case = [string, string[], string[], string, number | null, string?];
  const cases: Case[] = [
    ['a special token that the text leaves out', ['a', '▁b', '<|im_end|>'], ['<|im_end|>'], 'a b', 3],
    ['at the very start', ['<|im_end|>'], ['<|im_end|>'], '', 1],
    ['one of two', ['a', '</s>', '<|im_end|>'], ['<|im_end|>', '</s>'], 'a', 2],
    ['written as ordinary text', ['a', '<', '/', 's', '>', 'b'], ['</s>'], 'a', 5],
    ['behind a text', ['a', '\n', '<|im_end|>'], ['\n<|im_end|>'], 'a', 3],
    ['before a text', ['a', '<|im_end|>', '\n'], ['<|im_end|>\n'], 'a', 3],
    ['in the middle', ['a', '▁b', '<|im_end|>', '▁or', '▁b'], ['b<|im_end|> o'], 'a ', 4],
    ['two in a row', ['a', '</s>', '<|im_end|>', 'b'], ['</s><|im_end|>'], 'a', 3],
    ['the second of two', ['a', '</s>', 'b', '</s>', 'a'], ['b</s>'], 'a', 4],
    ['behind an emoji of bytes', ['<0xF0>', '<0x9F>', '<0x98>', '<0x80>', '</s>'], ['😀</s>'], '', 5],
    ['another one than comes', ['a', '</s>', 'b'], ['<|im_end|>'], 'ab', null],
    ['half of which ends the text', ['a', '▁b', '<|im_end|>'], ['b<|im_end|>\n'], 'a b', null],
    ['a word within its spelling', ['a', '<|im_end|>', 'b'], ['end'], 'ab', null],
    ['the end of its spelling', ['a', '<|im_end|>', 'b'], ['|>b'], 'ab', null],
    ['the beginning of its spelling', ['a', '<|im_end|>', 'b'], ['a<|im'], 'ab', null],
    ['a text that it interrupts', ['a', 'E', '<|im_end|>', 'ND'], ['END'], 'a', 4],
    ['a longer text that it interrupts', ['E', '</s>', 'ND', 'E', 'a'], ['NDEa', 'END'], '', 3],
    ['an added token that the text shows', ['a', '<think>', 'b'], ['<think>'], 'a', 2],
    ['an end token, behind a text', ['a', '\n'], ['\n</s>'], 'a', null, '</s>'],
    ['an end token', ['a', 'b'], ['</s>'], 'ab', null, '</s>'],
  ];

  test.each(cases)('%s', (_, entries, stopStrings, text, tokensToStop, end) => {
    const tokenizer = llamaLike();
    expect(streamOf(tokenizer, entryIds(tokenizer, entries), stopStrings, { end })).toMatchObject({
      text,
      tokensToStop,
    });
  });

  test('stop where they are spelled in the text, too', () => {
    const tokenizer = llamaLike();
    const ids = entryIds(tokenizer, ['a', 'b', '<|im_end|>', '▁or']);
    const stopped = streamOf(tokenizer, ids, ['b<|im_end|>'], { keepSpecial: true });
    expect(stopped).toMatchObject({ text: 'a', tokensToStop: 3, pieces: ['a', 'b', '<|im_end|>'] });
  });

  test('what may begin one is held until it cannot', () => {
    const tokenizer = llamaLike();
    const ids = entryIds(tokenizer, ['a', '\n', '<|im_end|>', 'b', '.']);
    expect(streamOf(tokenizer, ids, ['\n<|im_end|>.']).taken).toEqual(['a', '', '', '\nb', '.', '']);
  });

  test('agree with a search of the text as it is shown and as it is spelled', () => {
    const tokenizer = llamaLike();
    const entries = fc.array(fc.constantFrom('a', 'b', '</s>', '<|im_end|>'), { maxLength: 12 });
    const stop = fc.array(fc.constantFrom('a', 'b', '</s>', '<|im_end|>'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(entries, fc.array(stop, { maxLength: 3 }), (parts, stops) => {
        const ids = entryIds(tokenizer, parts);
        const { text, tokensToStop } = streamOf(
          tokenizer,
          ids,
          stops.map((one) => one.join('')),
        );
        expect({ text, tokensToStop }).toEqual(searchParts(parts, stops));
      }),
      { numRuns: 500 },
    );
  });
});

const isLeftOut = (part: string): boolean => part.startsWith('<');
const shown = (parts: readonly string[]): string => parts.filter((part) => !isLeftOut(part)).join('');

/** The rule without streaming, where every token is a part and every stop string is made of whole parts. */
function searchParts(parts: readonly string[], stops: readonly (readonly string[])[]) {
  const startsIn = (list: readonly string[], stop: readonly string[]): number[] =>
    list.flatMap((_, start) => (stop.every((part, i) => list[start + i] === part) ? [start] : []));
  for (let count = 1; count <= parts.length; count++) {
    const spelled = parts.slice(0, count);
    const visible = spelled.filter((part) => !isLeftOut(part));
    const starts = stops.flatMap((stop) => [
      ...startsIn(spelled, stop).map((start) => shown(spelled.slice(0, start)).length),
      ...startsIn(visible, stop),
    ]);
    if (starts.length > 0) return { text: shown(spelled).slice(0, Math.min(...starts)), tokensToStop: count };
  }
  return { text: shown(parts), tokensToStop: null };
}

/** The rule without streaming: after each token look at all complete characters for the earliest start of a match. */
function searchWholeText(tokenizer: Tokenizer, ids: readonly TokenId[], stopStrings: readonly string[]) {
  for (let count = 1; count <= ids.length; count++) {
    const text = tokenizer.decode(ids.slice(0, count)).replace(/\uFFFD+$/, '');
    const starts = stopStrings.map((stop) => text.indexOf(stop)).filter((start) => start >= 0);
    if (starts.length > 0) return { text: text.slice(0, Math.min(...starts)), tokensToStop: count };
  }
  return { text: tokenizer.decode(ids), tokensToStop: null };
}
