import { describe, expect, test } from 'vitest';
import type { EngineError } from '../errors/engine-error.ts';
import { createTokenizer } from './hf-tokenizer.ts';
import { readBundledJson } from './testing/bundled-tokenizer.ts';

const bundled = readBundledJson('tokenizer.json') as {
  readonly model: object;
  readonly added_tokens: readonly object[];
};
const split = (pattern: string) => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
});
const replace = (pattern: string, content: string) => ({
  type: 'Replace',
  pattern: { Regex: pattern },
  content,
});

describe('a tokenizer is made of the patterns of', () => {
  test.each([
    ['GPT-2', String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`],
    [
      'Llama 3',
      String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    ],
    [
      'Qwen 2',
      String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    ],
    [
      'GPT-4, with possessive quantifiers',
      String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+`,
    ],
    [
      'o200k and Mistral',
      String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    ],
    [
      'DeepSeek 3',
      '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+',
    ],
    ['DeepSeek, of Chinese', '[一-龥぀-ゟ゠-ヿ]+'],
    [
      'Kimi',
      String.raw`[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    ],
    ['Gemma', ' '],
    ['BLOOM', ' ?[^(\\s|[.,!?…。，、।۔،])]+'],
    ['Falcon', '[0-9][0-9][0-9]'],
    ['SuperBPE, digits from the right', String.raw`\d{1,3}(?=(?:\d{3})*\b)`],
    ['Chameleon', '(IMGIMG)(A|B|C|D|E|F|G|H|I){1,4}Z'],
    ['CLIP', String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`],
    ['XLM-R', ' {2,}'],
    [
      'a chemist',
      String.raw`(\[[^\]]+]|Br?|Cl?|N|O|S|\(|\)|\.|=|#|-|\+|\\|\/|:|@|\?|>>?|\*|\$|\%[0-9]{2}|[0-9])`,
    ],
    ['one with line ends and borders', String.raw`^\s+|\bword\b|\s+$|\A\h+\Z`],
  ])('%s', (_name, pattern) => {
    const tokenizer = createTokenizer({ ...bundled, pre_tokenizer: split(pattern) }, {});
    expect(tokenizer.encode('Once upon a time').length).toBeGreaterThan(0);
  });
});

describe('a hostile tokenizer is refused before it sees a text:', () => {
  const nested = (steps: number, step: object) => ({
    type: 'Sequence',
    normalizers: Array.from({ length: steps }, () => step),
  });
  const letters = 'a'.repeat(100_000);

  test.each<readonly [name: string, part: object, problem: RegExp]>([
    [
      'a repetition inside a repetition',
      { pre_tokenizer: split('(a+)+$') },
      /\(a\+\)\+.* may take too long: it has a repetition inside a repetition/,
    ],
    ['… of any character', { normalizer: replace('(.*)*b', '') }, /repetition inside a repetition/],
    ['… in a decoder', { decoder: replace('(?:a+b?)*c', '') }, /repetition inside a repetition/],
    [
      '… far down',
      { pre_tokenizer: { type: 'Sequence', pretokenizers: [split('a'), split('(?:x(?:a*))*y')] } },
      /repetition inside/,
    ],
    ['… behind a bracket that closes nothing', { pre_tokenizer: split('[]a](b+)+c') }, /repetition inside/],
    ['alternatives that are alike', { pre_tokenizer: split('(a|a)*b') }, /a choice inside a repetition/],
    ['something optional, repeated', { pre_tokenizer: split('(a?){50}b') }, /a choice inside a repetition/],
    [
      'something optional, written often',
      { pre_tokenizer: split(`${'a?'.repeat(50)}b`) },
      /can match in too many ways/,
    ],
    [
      'repetitions of the same',
      { pre_tokenizer: split('a*a*a*b') },
      /repetitions that share their characters/,
    ],
    ['… within a look ahead', { pre_tokenizer: split('x(?=a*a*b)') }, /repetitions that share/],
    ['a reference back', { pre_tokenizer: split(String.raw`(a*)\1b`) }, /refers back to a group/],
    ['repetitions that multiply', { pre_tokenizer: split('(?:a{999}){999}') }, /repeats its parts more than/],
    ['a long pattern', { pre_tokenizer: split(letters) }, /has 100000 characters, more than the limit/],
    ['parentheses without an end', { pre_tokenizer: split(`${'('.repeat(9000)}a${')'.repeat(9000)}`) }, /./],
    [
      'replacements that double a text',
      { normalizer: nested(50, replace('a', 'aa')) },
      /times as long; the limit/,
    ],
    [
      '… without a character of it',
      { normalizer: nested(50, replace('(?=.)', 'a')) },
      /times as long; the limit/,
    ],
    [
      'a table with long replacements',
      {
        normalizer: {
          type: 'Precompiled',
          precompiled_charsmap: btoa(`\x04\0\0\0\0\0\0\0${'x'.repeat(65)}\0`),
        },
      },
      /Precompiled with a table that cannot be read/,
    ],
    [
      'possessive repetitions in great number',
      { pre_tokenizer: split('a++'.repeat(400_000)) },
      /characters, more than/,
    ],
    [
      'sequences inside one another without an end',
      {
        normalizer: JSON.parse(
          `${'{"type":"Sequence","normalizers":['.repeat(20_000)}${']}'.repeat(20_000)}`,
        ),
      },
      /stack|nested too deeply/,
    ],
    [
      'steps inside one another without an end',
      { normalizer: JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) },
      /nested too deeply/,
    ],
    [
      'ids beyond every vocabulary',
      { model: { ...bundled.model, vocab: { a: 4_000_000_000 } } },
      /its highest id is 4000000000; the limit is 4194303/,
    ],
    [
      'an added token beyond every vocabulary',
      { added_tokens: [{ id: 4_000_000_000, content: '<x>' }] },
      /its highest id is 4000000000/,
    ],
    [
      'words without an end',
      { model: { type: 'WordPiece', vocab: { a: 0 }, unk_token: 'a', max_input_chars_per_word: 1e9 } },
      /words may have 1000000000 characters; the limit is 1000/,
    ],
  ])('%s', (_name, part, problem) => {
    const start = performance.now();
    // What the library would run on the pattern as it is made.
    const added = [{ id: 0, content: letters, normalized: true, special: false }];
    expect(() => createTokenizer({ ...bundled, added_tokens: added, ...part }, {})).toThrow(
      expect.objectContaining<Partial<EngineError>>({
        code: 'model-unsupported',
        message: expect.stringMatching(problem) as string,
      }),
    );
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
