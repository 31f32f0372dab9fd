/*
 * Tokenizers of the three kinds, with what they usually come with, for models that score 40 tokens: a mutation meets
 * their form as often as their entries.
 */

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const end = { id: 0, content: '<end>', special: true, single_word: false, lstrip: false, rstrip: false };
const begin = {
  type: 'TemplateProcessing',
  single: [{ SpecialToken: { id: '<end>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
  pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
  special_tokens: { '<end>': { id: '<end>', ids: [0], tokens: ['<end>'] } },
};

const common = { version: '1.0', truncation: null, padding: null, added_tokens: [end] };
const idsOf = (tokens: readonly string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));

export const tinyTokenizers: Readonly<Record<string, object>> = {
  bpe: {
    ...common,
    normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: '\\p{N}|[^\\p{N}]+' }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: begin,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: '<end>',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: idsOf(['<end>', ...letters, 'Ġ', 'on', 'ce', 'Ġon']),
      merges: ['o n', 'c e', 'Ġ on'],
    },
  },
  unigram: {
    ...common,
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    post_processor: begin,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'Unigram',
      unk_id: 0,
      byte_fallback: false,
      vocab: [
        ['<end>', 0],
        ...[...letters, '▁', 'on', 'ce', '▁on'].map((token, rank) => [token, -2 - rank / 8]),
      ],
    },
  },
  wordPiece: {
    ...common,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: begin,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '<end>',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: idsOf(['<end>', ...letters, 'once', 'on', '##ce', '##s', '##e']),
    },
  },
};
