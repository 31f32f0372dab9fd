import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../errors/engine-error.ts';
import { createTokenizer } from './hf-tokenizer.ts';
import { bundledTokenizer, readBundledJson } from './testing/bundled-tokenizer.ts';
import { tokenId } from './token-id.ts';
import { assertSameVocabulary } from './vocabulary.ts';

const tokenizer = bundledTokenizer();
const tokenizerJson = readBundledJson('tokenizer.json') as { readonly added_tokens: readonly object[] };
const config = readBundledJson('tokenizer_config.json');

function thrownBy(action: () => unknown): EngineError {
  try {
    action();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the bundled tokenizer', () => {
  test('starts a prompt with the beginning-of-text token', () => {
    expect(tokenizer.encode('Once upon a time')).toEqual([0, 879, 1190, 260, 527]);
  });

  test('turns an empty text into the beginning-of-text token alone', () => {
    expect(tokenizer.encode('')).toEqual([0]);
    expect(tokenizer.beginTokenId).toBe(0);
  });

  test('tells its own entries from those added behind them', () => {
    const added = [{ id: 1846, content: '<|image|>', special: true }, ...tokenizerJson.added_tokens];
    const longer = createTokenizer({ ...tokenizerJson, added_tokens: added }, config);
    expect([tokenizer, longer].map(({ ownVocabSize }) => ownVocabSize)).toEqual([1846, 1846]);
    expect(longer.vocabSize).toBe(1847);
    expect(longer.tableUpTo(1846)).toEqual({ vocabSize: 1846, fingerprint: tokenizer.fingerprint });
    expect(longer.tableUpTo(2000)).toEqual({ vocabSize: 1847, fingerprint: longer.fingerprint });
  });

  test('counts its added tokens', () => {
    expect(tokenizer.vocabSize).toBe(1846);
    expect(tokenizer.entry(tokenId(1))).toBe('<|fairy|>');
  });

  test.each([
    ['plain words', 'Once upon a time, a shy robot.'],
    ['spaces and line ends', '  two  spaces\r\n\n\ttab '],
    ['spaces before punctuation', 'he said , " do n\'t ! " .'],
    ['emoji of several code points', '👩‍🚀 and 🏳️‍🌈'],
    ['CJK', '昔々、森の中で'],
    ['combining marks in composed form', 'Zoë à la carte'],
    ['a byte order mark', 'a\uFEFFb'],
    ['NUL', 'a\0b'],
  ])('gives back %s', (_, text) => {
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  test('gives back any text in composed form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const text = raw.normalize('NFC');
        fc.pre(!text.includes('<|'));
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  test.each([
    ['a lone high surrogate', 'a\uD83Db', 'a\uFFFDb'],
    ['a lone low surrogate', '\uDE00', '\uFFFD'],
    ['swapped surrogates', '\uDE00\uD83D', '\uFFFD\uFFFD'],
    ['a pair after a lone one', '\uD83D\uD83D\uDE00', '\uFFFD😀'],
  ])('replaces %s by U+FFFD', (_, text, expected) => {
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(expected);
  });

  test('leaves special tokens out of the text unless asked for', () => {
    const ids = tokenizer.encode('a<|endoftext|>b');
    expect(tokenizer.decode(ids)).toBe('ab');
    expect(tokenizer.decode(ids, { keepSpecial: true })).toBe('<|endoftext|>a<|endoftext|>b');
  });

  test('gives no text to ids past its table, which a wider model may draw', () => {
    expect(tokenizer.decode([tokenId(1846), tokenId(99_999)])).toBe('');
    expect(tokenizer.decode([])).toBe('');
  });

  test('takes 100 kB of text without a space or a known merge', () => {
    const text = Array.from({ length: 100_000 }, (_, i) => String.fromCharCode(97 + ((i * i) % 26))).join('');
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });
});

describe('createTokenizer', () => {
  test('falls back on bos_token where no post-processor adds a token', () => {
    const bare = createTokenizer(
      { ...tokenizerJson, post_processor: null },
      { bos_token: { content: '<|space|>' } },
    );
    expect(bare.encode('')).toEqual([2]);
    expect(bare.encode('Once')).not.toContain(2);
  });

  test.each([
    ['texts', { bos_token: '<|space|>', eos_token: '<|fairy|>', pad_token: '<|fairy|>' }],
    ['objects', { bos_token: { content: '<|space|>' }, eos_token: { content: '<|fairy|>', lstrip: false } }],
    ['nulls', { bos_token: '<|space|>', eos_token: null, mask_token: null }],
    ['what is no token, where nothing reads it', { bos_token: '<|space|>', pad_token: 5, sep_token: {} }],
    ['beside chat templates in any form', { bos_token: '<|space|>', chat_template: [{ name: 'tool_use' }] }],
  ])('reads special tokens written as %s', (_, tokenizerConfig) => {
    const bare = createTokenizer({ ...tokenizerJson, post_processor: null }, tokenizerConfig);
    expect(bare.beginTokenId).toBe(2);
    expect(bare.encode('Once')).toEqual(tokenizer.encode('Once').slice(1));
  });

  test('has no beginning-of-text token where neither file names one', () => {
    const bare = createTokenizer({ ...tokenizerJson, post_processor: null }, {});
    expect(bare.beginTokenId).toBeNull();
    expect(bare.encode('')).toEqual([]);
  });

  test.each([
    ['an empty object', {}],
    ['a list', []],
    ['null', null],
    ['a vocabulary of the wrong kind', { model: { vocab: 'abc' } }],
    ['an added token without an id', { ...tokenizerJson, added_tokens: [{ content: 'x' }] }],
    [
      'a post-processor with a token that the table lacks',
      {
        ...tokenizerJson,
        post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<no>' } }] },
      },
    ],
  ])('refuses %s as tokenizer.json with `integrity`', (_, json) => {
    expect(thrownBy(() => createTokenizer(json, config)).code).toBe('integrity');
  });

  test.each([
    ['integrity', 'model.unk_token', { model: { type: 'BPE', vocab: { a: 0 }, merges: [], unk_token: [] } }],
    [
      'model-unsupported',
      'cannot be applied',
      { post_processor: { type: 'TemplateProcessing', single: [null], pair: [], special_tokens: {} } },
    ],
    [
      'model-unsupported',
      'cannot be applied',
      { decoder: { type: 'Replace', pattern: { String: 'a' }, content: { toString: null } } },
    ],
  ])('refuses what could fail only on a text (%s: %s)', (code, words, parts) => {
    const error = thrownBy(() => createTokenizer({ ...tokenizerJson, ...parts }, config));
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test('knows tokens that are named as what every object has', () => {
    const vocab = JSON.parse('{ "constructor": 0, "prototype": 1, "__proto__": 2, "toString": 3 }');
    const names = Object.keys(vocab);
    const model = { type: 'BPE', vocab, merges: [], ignore_merges: true };
    const tokenizer = createTokenizer({ model, pre_tokenizer: { type: 'WhitespaceSplit' } }, {});
    expect(tokenizer.encode(names.join(' '))).toEqual([0, 1, 2, 3]);
    expect(names.map((_, id) => tokenizer.entry(tokenId(id)))).toEqual(names);
  });

  test('keeps what can be read of broken bytes, so that a text can be shown while it grows', () => {
    // Python's `tokenizers` puts U+FFFD for every byte of such a run.
    const model = { type: 'BPE', vocab: { '<0x41>': 0, '<0xF0>': 1, '<0x9F>': 2 }, merges: [] };
    const tokenizer = createTokenizer({ model, decoder: { type: 'ByteFallback' } }, {});
    expect(tokenizer.decode([0, 1, 2].map(tokenId))).toBe('A\uFFFD');
  });

  test.each([
    ['Precompiled with a table', { normalizer: { type: 'Precompiled', precompiled_charsmap: 'A' } }],
    [
      'Split with behavior "Both"',
      { pre_tokenizer: { type: 'Split', pattern: { String: 'a' }, behavior: 'Both' } },
    ],
    ['a model of type "Rnn"', { model: { type: 'Rnn', vocab: {} } }],
  ])('names the component that it cannot reproduce: %s', (component, parts) => {
    const error = thrownBy(() => createTokenizer({ ...tokenizerJson, ...parts }, config));
    expect(error).toMatchObject({
      code: 'model-unsupported',
      details: { component: expect.stringContaining(component) },
    });
  });

  test('reads texts as tokenizer.json says, not as tokenizer_config.json does', () => {
    const lower = createTokenizer(tokenizerJson, {
      do_lowercase_and_remove_accent: true,
      remove_space: true,
    });
    expect(lower.encode('Zoë  É')).toEqual(tokenizer.encode('Zoë  É'));
  });

  test('refuses a tokenizer of unknown type and says which part it is', () => {
    const error = thrownBy(() =>
      createTokenizer({ ...tokenizerJson, normalizer: { type: 'Rot13' } }, config),
    );
    expect(error.code).toBe('model-unsupported');
    expect(error.message).toContain('Rot13');
  });

  test('keeps the space before punctuation even where the config asks for a clean-up', () => {
    const cleaning = createTokenizer(tokenizerJson, { clean_up_tokenization_spaces: true });
    expect(cleaning.decode(cleaning.encode('a , b .'))).toBe('a , b .');
  });
});

describe('tokenizers that differ in their added tokens alone share no vocabulary', () => {
  const fairy = { id: 1, content: '<|fairy|>', special: true };
  const added = tokenizerJson.added_tokens as readonly (typeof fairy)[];
  const named = (name: string, added_tokens: readonly (typeof fairy)[]) => {
    const table = createTokenizer({ ...tokenizerJson, added_tokens }, config);
    return { name, ...table, scored: table };
  };
  const own = named('own', added);

  test.each([
    { difference: 'one more', others: [...added, { ...fairy, id: 1846, content: '<|pirate|>' }], size: 1847 },
    {
      difference: 'one with another text',
      others: added.map((token) => (token.id === 1 ? { ...token, content: '<|pirate|>' } : token)),
      size: 1846,
    },
  ])('$difference', ({ others, size }) => {
    const other = named('other', others);
    expect(thrownBy(() => assertSameVocabulary(own, other))).toMatchObject({
      code: 'vocabulary-mismatch',
      details: {
        ...{ first: 'own', firstVocabSize: 1846, firstFingerprint: own.fingerprint },
        ...{ second: 'other', secondVocabSize: size, secondFingerprint: other.fingerprint },
      },
    });
  });

  test('in other ways than their texts they may differ', () => {
    const other = named(
      'other',
      added.map((token) => ({ ...token, special: false })),
    );
    expect(() => assertSameVocabulary(own, other)).not.toThrow();
  });
});
