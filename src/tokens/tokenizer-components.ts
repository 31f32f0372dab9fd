import { exactPattern } from './oniguruma-pattern.ts';
import { unsupported } from './unsupported-component.ts';

/** A normalizer, pre-tokenizer, post-processor or decoder of tokenizer.json. */
export type Component = { readonly type?: unknown } & Readonly<Record<string, unknown>>;

/** The parts of tokenizer.json that work on text. `null` where a tokenizer has no such part. */
export interface Components {
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  readonly post_processor: unknown;
  readonly decoder: unknown;
  readonly model: object;
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

type Rewrite = (part: Component) => unknown;

/** What Python's `tokenizers` calls punctuation: ASCII's and Unicode's. */
const punctuation = String.raw`[\p{P}\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]`;
/** `\w` of Rust's `regex`. */
const wordCharacters = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;
const gpt2Pattern = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const chinese = String.raw`[\x{4E00}-\x{9FFF}\x{3400}-\x{4DBF}\x{20000}-\x{2A6DF}\x{2A700}-\x{2B73F}\x{2B740}-\x{2B81F}\x{2B920}-\x{2CEAF}\x{F900}-\x{FAFF}\x{2F800}-\x{2FA1F}]`;

const sequence = (list: 'normalizers' | 'pretokenizers', ...parts: readonly unknown[]): Component => ({
  type: 'Sequence',
  [list]: parts,
});
const replace = (pattern: string, content: string): Component => ({
  type: 'Replace',
  pattern: { Regex: pattern },
  content: literal(content),
});
/** Adds to what matches. */
const replaceAround = (pattern: string, before: string, after = ''): Component => ({
  type: 'Replace',
  pattern: { Regex: pattern },
  content: `${literal(before)}$&${literal(after)}`,
});
const split = (pattern: string, behavior: unknown, invert = false): Component => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior,
  invert,
});

/** JavaScript's replaceAll reads `$&` and its kin in the replacement; Python's `tokenizers` does not. */
const literal = (content: string): string => content.replaceAll('$', '$$$$');
const withLiteralContent: Rewrite = (part) =>
  typeof part.content === 'string' ? { ...part, content: literal(part.content) } : part;

const behaviors: readonly unknown[] = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
];

/** Rust lowers each character alone: there is no final sigma. */
const lowercase = sequence('normalizers', replace('Σ', 'σ'), { type: 'Lowercase' });

const normalizers: Readonly<Record<string, Rewrite>> = {
  BertNormalizer: ({ clean_text, handle_chinese_chars, strip_accents, lowercase: lowers }) =>
    sequence(
      'normalizers',
      ...(clean_text
        ? [replace(String.raw`(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\x{FFFD}]`, ''), replace(String.raw`\s`, ' ')]
        : []),
      ...(handle_chinese_chars ? [replaceAround(chinese, ' ', ' ')] : []),
      ...((strip_accents ?? lowers) ? [{ type: 'NFD' }, replace(String.raw`\p{Mn}`, '')] : []),
      ...(lowers ? [lowercase] : []),
    ),
  Lowercase: () => lowercase,
  Nmt: () =>
    sequence(
      'normalizers',
      replace(String.raw`[\x01-\x08\x0B\x0E-\x1F\x7F\x{8F}\x{9F}]`, ''),
      replace(
        String.raw`[\x09\x0A\x0C\x0D\x{1680}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2581}\x{FEFF}\x{FFFD}]`,
        ' ',
      ),
    ),
  // An empty text stays empty.
  Prepend: ({ prepend }) => replaceAround(String.raw`\A[\s\S]`, String(prepend)),
  Replace: withLiteralContent,
  Strip: ({ strip_left, strip_right }) =>
    sequence(
      'normalizers',
      ...(strip_left ? [replace(String.raw`\A\s+`, '')] : []),
      ...(strip_right ? [replace(String.raw`(?<!\s)\s+\z`, '')] : []),
    ),
};

const preTokenizers: Readonly<Record<string, Rewrite>> = {
  BertPreTokenizer: () =>
    sequence('pretokenizers', split(String.raw`\s`, 'Removed'), split(punctuation, 'Isolated')),
  ByteLevel: ({ add_prefix_space, use_regex = true, ...part }) =>
    sequence(
      'pretokenizers',
      // Of what the library knows, this adds a space to a text that does not start with one.
      ...(add_prefix_space ? [replaceAround(String.raw`\A[^ ]`, ' ')] : []),
      ...(use_regex ? [split(gpt2Pattern, 'Isolated')] : []),
      { ...part, add_prefix_space: false, use_regex: false },
    ),
  CharDelimiterSplit: ({ delimiter }) => ({
    type: 'Split',
    pattern: { String: delimiter },
    behavior: 'Removed',
    invert: false,
  }),
  Digits: ({ individual_digits }) => split(String.raw`\p{N}`, individual_digits ? 'Isolated' : 'Contiguous'),
  FixedLength: ({ length = 5 }) => split(String.raw`[\s\S]{1,${length}}`, 'Isolated'),
  Metaspace: ({ split: splits = true, str_rep: _, ...part }) => {
    const { replacement = '▁', prepend_scheme, add_prefix_space } = part;
    const scheme = prepend_scheme ?? (add_prefix_space === false ? 'never' : 'always');
    return sequence(
      'pretokenizers',
      { ...part, replacement, prepend_scheme: scheme },
      ...(splits
        ? [{ type: 'Split', pattern: { String: replacement }, behavior: 'MergedWithNext', invert: false }]
        : []),
    );
  },
  Punctuation: ({ behavior = 'Isolated' }) => split(punctuation, behavior),
  Split: (part) => {
    if (!behaviors.includes(part.behavior)) throw unsupported(`Split with behavior ${show(part.behavior)}`);
    return part;
  },
  Whitespace: () => split(String.raw`[${wordCharacters}]+|[^${wordCharacters}\s]+`, 'Removed', true),
  WhitespaceSplit: () => split(String.raw`\s`, 'Removed'),
};

const decoders: Readonly<Record<string, Rewrite>> = {
  BPEDecoder: (part) => ({ suffix: '</w>', ...part }),
  // Of models of speech.
  CTC: () => {
    throw unsupported('CTC (a decoder)');
  },
  Replace: withLiteralContent,
  WordPiece: (part) => ({ prefix: '##', cleanup: true, ...part }),
};

const postProcessors: Readonly<Record<string, Rewrite>> = {
  TemplateProcessing: (part) => ({
    ...part,
    single: expanded(part.single, part.special_tokens),
    pair: expanded(part.pair, part.special_tokens),
  }),
};

/** A name of the template stands for one token or several: the library reads it as a token. */
function expanded(template: unknown, specialTokens: unknown): unknown {
  if (!Array.isArray(template)) return template;
  return template.flatMap((piece: unknown) => {
    const special = asComponent(asComponent(piece)?.SpecialToken);
    const named = special && asComponent(asComponent(specialTokens)?.[String(special.id)]);
    if (!Array.isArray(named?.tokens)) return [piece];
    return named.tokens.map((id: unknown) => ({ SpecialToken: { ...special, id } }));
  });
}

const asComponent = (value: unknown): Component | undefined =>
  typeof value === 'object' && value !== null ? (value as Component) : undefined;

/** Every component of a kind, whose sequences keep theirs in `list`. */
function rewriteAll(value: unknown, list: string, rewrites: Readonly<Record<string, Rewrite>>): unknown {
  const part = asComponent(value);
  if (typeof part?.type !== 'string') return value;
  const parts = part[list];
  if (part.type === 'Sequence' && Array.isArray(parts)) {
    return { ...part, [list]: parts.map((inner) => rewriteAll(inner, list, rewrites)) };
  }
  const exact = withExactPattern(part);
  return Object.hasOwn(rewrites, part.type) ? rewrites[part.type]!(exact) : exact;
}

function withExactPattern(part: Component): Component {
  const pattern = asComponent(part.pattern);
  if (typeof pattern?.Regex !== 'string') return part;
  return { ...part, pattern: { Regex: exactPattern(pattern.Regex) } };
}

/**
 * The same tokenizer in words that `@huggingface/tokenizers` reads as Python's `tokenizers` 0.23 does: where the two differ
 * on a component, it is expressed by others. What is left is in exact-steps.ts.
 * @throws EngineError `model-unsupported` with the name of a component that cannot be expressed
 */
export function rewriteComponents<T extends Components>(json: T): T {
  requireAgreedIds(json);
  return {
    ...json,
    normalizer: rewriteAll(json.normalizer, 'normalizers', normalizers),
    pre_tokenizer: rewriteAll(json.pre_tokenizer, 'pretokenizers', preTokenizers),
    post_processor: rewriteAll(json.post_processor, 'processors', postProcessors),
    decoder: rewriteAll(json.decoder, 'decoders', decoders),
    model: rewriteModel(asComponent(json.model)!),
  };
}

/** Python takes the id of the vocabulary, the library that of the added token. */
function requireAgreedIds({ model, added_tokens }: Components): void {
  const vocab = asComponent(asComponent(model)?.vocab) ?? {};
  for (const { id, content } of added_tokens) {
    if (!Object.hasOwn(vocab, content) || vocab[content] === id) continue;
    throw unsupported(
      `the added token ${show(content)} of id ${id}, which is ${vocab[content]} in the vocabulary`,
    );
  }
}

function rewriteModel({ fuse_unk, ...model }: Component): Component {
  const { type } = model;
  const kind =
    type ??
    (Array.isArray(model.vocab)
      ? 'Unigram'
      : 'merges' in model
        ? 'BPE'
        : 'continuing_subword_prefix' in model
          ? 'WordPiece'
          : 'WordLevel');
  switch (kind) {
    case 'BPE':
      if (model.dropout) throw unsupported(`BPE with dropout ${show(model.dropout)}, which makes ids random`);
      if (model.continuing_subword_prefix) {
        throw unsupported(`BPE with continuing_subword_prefix ${show(model.continuing_subword_prefix)}`);
      }
      if (model.byte_fallback) requireCommonBytes(model);
      return { ...model, type: kind, fuse_unk };
    case 'WordPiece':
      return {
        unk_token: '[UNK]',
        max_input_chars_per_word: 100,
        continuing_subword_prefix: '##',
        ...model,
        type: kind,
      };
    case 'WordLevel': {
      // What the library makes of a model without a type: a table of whole pieces.
      const { type: _, continuing_subword_prefix: __, ...table } = model;
      return table;
    }
    case 'Unigram':
      return { ...model, type: kind };
    default:
      throw unsupported(`a model of type ${show(type)}`);
  }
}

/** Where Python falls back on some bytes only, or merges them, the order of its ids is another. */
function requireCommonBytes({ vocab, merges }: Component): void {
  const has = (token: string) => Object.hasOwn(asComponent(vocab) ?? {}, token);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  // A character of ASCII with a token of its own needs no byte, and some tables leave that byte out.
  const missing = bytes.filter((byte) => !has(byteToken(byte)));
  if (
    missing.length < bytes.length &&
    missing.some((byte) => byte > 0x7f || !has(String.fromCharCode(byte)))
  ) {
    throw unsupported(`BPE with byte_fallback and only ${bytes.length - missing.length} of 256 bytes`);
  }
  const isMerged = (merge: unknown) => /^<0x[\dA-F]{2}>/.test(String(merge));
  if (Array.isArray(merges) && merges.some(isMerged)) throw unsupported('BPE that merges fallback bytes');
}

/** The token of a byte that no other token covers. */
export const byteToken = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

const show = (value: unknown): string => JSON.stringify(value);
