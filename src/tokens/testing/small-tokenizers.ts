import { createTokenizer, type HfTokenizer } from '../hf-tokenizer.ts';
import { type TokenId, tokenId } from '../token-id.ts';
import { readBundledJson } from './bundled-tokenizer.ts';

/*
 * A tokenizer of each kind with a few words: what they share is a beginning and an end that texts leave out, an added
 * token that texts show, and words that stand behind a space.
 */

const specials = ['<s>', '</s>', '<|im_end|>'];
const added = [...specials, '<think>'].map((content, id) => ({
  ...{ id, content, special: specials.includes(content) },
  ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
}));
const words = ['true', 'or', 'false', 'a', 'b', 'user', 'é', '😀', '\n', '.', 'E', 'ND', '<', '/', 's', '>'];
const bytes = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);

const common = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: added,
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
};
const idsOf = (tokens: readonly string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));
const spaced = ['▁', ...words, ...words.map((word) => `▁${word}`)];
const names = added.map(({ content }) => content);
const bpe = {
  type: 'BPE',
  dropout: null,
  unk_token: '<s>',
  fuse_unk: false,
  ignore_merges: true,
  merges: [],
};

const llamaSteps = [
  { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
  { type: 'ByteFallback' },
  { type: 'Fuse' },
];

/** SentencePiece BPE with byte fallback, as Llama 2 has it: the first space of a text is stripped. */
export const llamaLike = (): HfTokenizer =>
  createTokenizer(
    {
      ...common,
      decoder: {
        type: 'Sequence',
        decoders: [...llamaSteps, { type: 'Strip', content: ' ', start: 1, stop: 0 }],
      },
      model: { ...bpe, byte_fallback: true, vocab: idsOf([...names, ...bytes, ...spaced]) },
    },
    {},
  );

/** As Gemma has it: nothing is stripped. */
export const gemmaLike = (): HfTokenizer =>
  createTokenizer(
    {
      ...common,
      decoder: { type: 'Sequence', decoders: llamaSteps },
      model: { ...bpe, byte_fallback: true, vocab: idsOf([...names, ...bytes, ...spaced]) },
    },
    {},
  );

/** Unigram, Metaspace. */
export const unigram = (): HfTokenizer =>
  createTokenizer(
    {
      ...common,
      decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
      model: {
        type: 'Unigram',
        unk_id: 0,
        vocab: [...names, ...spaced].map((token, rank) => [token, -rank]),
      },
    },
    {},
  );

/** WordPiece. */
export const wordPiece = (): HfTokenizer =>
  createTokenizer(
    {
      ...common,
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '<s>',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: idsOf([...names, ...words, ...words.map((word) => `##${word}`)]),
      },
    },
    {},
  );

/** Byte-level BPE: the bundled one, with the added tokens of the others. */
export function byteLevel(): HfTokenizer {
  const json = readBundledJson('tokenizer.json') as { added_tokens: object[]; model: { vocab: object } };
  const first = Object.keys(json.model.vocab).length;
  const more = added.map((token) => ({ ...token, id: first + token.id }));
  return createTokenizer({ ...json, added_tokens: [...json.added_tokens, ...more] }, {});
}

/** The ids of these entries. */
export function entryIds(tokenizer: HfTokenizer, entries: readonly string[]): TokenId[] {
  const table = new Map(
    Array.from({ length: tokenizer.vocabSize }, (_, id) => [tokenizer.entry(tokenId(id)), tokenId(id)]),
  );
  return entries.map((entry) => {
    const id = table.get(entry);
    if (id === undefined) throw new Error(`no entry ${entry}`);
    return id;
  });
}
