import * as v from 'valibot';
import { EngineError } from '../errors/engine-error.ts';
import { parseOrThrow } from '../errors/parse-or-throw.ts';
import { installExactSteps } from './exact-steps.ts';
import { createLibraryTokenizer, type LibraryTokenizer } from './library-tokenizer.ts';
import { entryBytesOf } from './token-bytes.ts';
import { type TokenId, tokenId } from './token-id.ts';
import type { Tokenizer } from './tokenizer.ts';
import { requireBoundedSteps, requireBoundedTable } from './tokenizer-bounds.ts';
import { rewriteComponents } from './tokenizer-components.ts';
import { type TokenTable, vocabularyFingerprint } from './vocabulary.ts';
import { toWellFormed } from './well-formed.ts';

/** A tokenizer read from a Hugging Face `tokenizer.json`. */
export interface HfTokenizer extends Tokenizer {
  /** What an empty prompt becomes; null where the tokenizer names no beginning-of-text token. */
  readonly beginTokenId: TokenId | null;
  /** Entries without the tokens that were added behind them: highest id + 1. A model of this tokenizer scores them all. */
  readonly ownVocabSize: number;
  /** The first `entries` of the table. */
  tableUpTo(entries: number): TokenTable;
  /** The entry of `id` as the table spells it (bytes in disguise for byte-level vocabularies). */
  entry(id: TokenId): string | undefined;
}

const AddedTokenSchema = v.looseObject({
  id: v.pipe(v.number(), v.integer(), v.minValue(0)),
  content: v.string(),
  special: v.optional(v.boolean(), false),
});

/** Not a `record`, which leaves out `constructor` and `prototype`: both are tokens of many models. */
const VocabSchema = v.custom<Readonly<Record<string, number>> | readonly unknown[]>(
  (vocab) =>
    typeof vocab === 'object' &&
    vocab !== null &&
    (Array.isArray(vocab) || Object.values(vocab).every((id) => typeof id === 'number')),
  'Expected a table of tokens and their numbers, or a list of tokens.',
);

const TokenizerJsonSchema = v.looseObject({
  model: v.looseObject({
    vocab: VocabSchema,
    max_input_chars_per_word: v.optional(v.unknown()),
    unk_token: v.nullish(v.string()),
  }),
  // Left out by some exporters; the library insists on the keys.
  normalizer: v.optional(v.unknown(), null),
  pre_tokenizer: v.optional(v.unknown(), null),
  post_processor: v.optional(v.unknown(), null),
  decoder: v.optional(v.unknown(), null),
  added_tokens: v.optional(v.array(AddedTokenSchema), []),
});

/** A special token in tokenizer_config.json: its text, or an object with it. */
const SpecialTokenSchema = v.pipe(
  v.union([v.string(), v.looseObject({ content: v.string() })]),
  v.transform((token) => (typeof token === 'string' ? token : token.content)),
);

/** One that no text begins with: a file that spells it in another way is read without it. */
const OtherTokenSchema = v.fallback(v.nullish(SpecialTokenSchema), null);

const TokenizerConfigSchema = v.looseObject({
  bos_token: v.nullish(SpecialTokenSchema),
  eos_token: OtherTokenSchema,
  pad_token: OtherTokenSchema,
  sep_token: OtherTokenSchema,
  cls_token: OtherTokenSchema,
  mask_token: OtherTokenSchema,
  additional_special_tokens: v.nullish(v.array(SpecialTokenSchema)),
});

/** Letters, a digit, punctuation, blanks, and what few vocabularies have. */
const probe = 'Once 1, two!\n☺';

/**
 * The tokenizer that the parsed `tokenizer.json` and `tokenizer_config.json` (`{}` where there is none) describe.
 * Throws EngineError `integrity` where they have not the form of such files, `model-unsupported` where they ask
 * for a kind of tokenizer that is not known here, or could take too much time or memory.
 */
export function createTokenizer(tokenizerJson: unknown, tokenizerConfig: unknown): HfTokenizer {
  const parsed = parse(TokenizerJsonSchema, tokenizerJson, 'tokenizer.json');
  const json = construct(() => rewriteComponents(parsed));
  const config = parse(TokenizerConfigSchema, tokenizerConfig, 'tokenizer_config.json');
  requireBoundedSteps(json);
  const library = libraryTokenizerOf(json, config);

  const idToToken: readonly (string | undefined)[] = library._tokenizer.model?.vocab ?? [];
  requireBoundedTable(idToToken.length);
  const additionalIds = library.convert_tokens_to_ids(config.additional_special_tokens ?? []);
  const specialIds = new Set<number | undefined>([...library.all_special_ids, ...additionalIds]);
  const table = { vocabSize: idToToken.length, fingerprint: vocabularyFingerprint(idToToken) };
  const addedIds = new Set<number>(json.added_tokens.map(({ id }) => id));
  // Its type does not say so, but it is undefined where the file names none, or one that the table lacks.
  const bosTokenId: number | undefined = library.bos_token_id;
  const beginTokenIds = encodeWithLibrary(library, '');
  const entryBytes = entryBytesOf(json.decoder);
  // The library looks at some parts when they meet a text: now, while the load can still be refused.
  const probeIds = apply(() => library.encode(probe)).filter((id) => idToToken[id] !== undefined);
  if (probeIds.length > 0) apply(() => library.decode(probeIds));
  if (beginTokenIds.length === 0 && bosTokenId !== undefined) beginTokenIds.push(tokenId(bosTokenId));

  return {
    ...table,
    ownVocabSize: idToToken.findLastIndex((token, id) => token !== undefined && !addedIds.has(id)) + 1,
    tableUpTo: (entries) =>
      entries >= table.vocabSize
        ? table
        : { vocabSize: entries, fingerprint: vocabularyFingerprint(idToToken.slice(0, entries)) },
    beginTokenId: beginTokenIds[0] ?? null,
    entry: (id) => idToToken[id],
    encode(text, { addSpecial = true } = {}) {
      const ids = encodeWithLibrary(library, toWellFormed(text), addSpecial);
      return ids.length === 0 && addSpecial ? [...beginTokenIds] : ids;
    },
    decode(ids, { keepSpecial = false } = {}) {
      // A model's width may exceed its vocabulary: such ids have no text. The library refuses an empty list.
      const known = ids.filter((id) => idToToken[id] !== undefined && (keepSpecial || !specialIds.has(id)));
      if (known.length === 0) return '';
      // The clean-up drops spaces before punctuation depending on later tokens: text that was shown would change.
      return apply(() =>
        library.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
      );
    },
    bytesOf(id, { keepSpecial = false } = {}) {
      const entry = idToToken[id];
      if (entry === undefined || (!keepSpecial && specialIds.has(id))) return [];
      return entryBytes(entry);
    },
  };
}

function parse<const TSchema extends v.GenericSchema>(
  schema: TSchema,
  value: unknown,
  file: string,
): v.InferOutput<TSchema> {
  return parseOrThrow(
    schema,
    value,
    'the whole file',
    ({ field: path, sentence }) =>
      new EngineError(
        'integrity',
        `${file} does not describe a tokenizer: ${sentence}. Load the model's files again from their source.`,
        { details: { file, path } },
      ),
  );
}

function libraryTokenizerOf(
  json: v.InferOutput<typeof TokenizerJsonSchema>,
  config: v.InferOutput<typeof TokenizerConfigSchema>,
): LibraryTokenizer {
  // The library reads other entries of the configuration, too, and they change texts.
  const { bos_token, eos_token, pad_token, sep_token, cls_token, mask_token } = config;
  const { unk_token } = json.model;
  const specialTokens = { bos_token, eos_token, pad_token, sep_token, cls_token, mask_token, unk_token };
  return construct(() => {
    const library = createLibraryTokenizer(json, specialTokens);
    installExactSteps(library._tokenizer, json);
    return library;
  });
}

/** Throws EngineError `model-unsupported` where `tokenizer.json` asks for what is not known. */
function construct<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'model-unsupported',
      `tokenizer.json describes an unsupported tokenizer: ${reason}. Choose a model with a BPE, Unigram or WordPiece tokenizer.`,
      { details: { file: 'tokenizer.json', reason }, cause },
    );
  }
}

/** What the library makes of a text. Throws EngineError `model-unsupported` where the file asks for what it cannot do. */
function apply<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'model-unsupported',
      `tokenizer.json cannot be applied to a text: ${reason}. Choose another export of the model.`,
      { details: { file: 'tokenizer.json', reason }, cause },
    );
  }
}

/** Throws EngineError `integrity` where the tokenizer yields a token that its own table lacks. */
function encodeWithLibrary(library: LibraryTokenizer, text: string, addSpecial = true): TokenId[] {
  const options = { add_special_tokens: addSpecial };
  const ids = apply(() => library.encode(text, options));
  const missing = ids.findIndex((id: number | null | undefined) => id == null);
  if (missing >= 0) {
    const token = library.tokenize(text, options)[missing] ?? '';
    throw new EngineError(
      'integrity',
      `tokenizer.json yields the token ${JSON.stringify(token)}, which its own vocabulary lacks. Load the model's files again from their source.`,
      { details: { file: 'tokenizer.json', token } },
    );
  }
  return ids.map(tokenId);
}
