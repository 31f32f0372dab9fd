import { Tokenizer as TokenizerLibrary } from '@huggingface/tokenizers';
import * as v from 'valibot';
import { EngineError } from '../errors/engine-error.ts';
import { parseOrThrow } from '../errors/parse-or-throw.ts';
import { entryBytesOf } from './token-bytes.ts';
import { type TokenId, tokenId } from './token-id.ts';
import type { Tokenizer } from './tokenizer.ts';
import { requireBoundedSteps, requireBoundedTable } from './tokenizer-bounds.ts';
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

const TokenizerJsonSchema = v.looseObject({
  model: v.looseObject({
    vocab: v.union([v.record(v.string(), v.number()), v.array(v.unknown())]),
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
const SpecialTokenSchema = v.union([v.string(), v.looseObject({ content: v.string() })]);

const TokenizerConfigSchema = v.looseObject({
  bos_token: v.nullish(SpecialTokenSchema),
  additional_special_tokens: v.nullish(v.array(SpecialTokenSchema)),
});

/** Letters, a digit, punctuation, blanks, and what few vocabularies have. */
const probe = 'Once 1, two!\n☺';

type SpecialToken = v.InferOutput<typeof SpecialTokenSchema>;

const textOf = (token: SpecialToken): string => (typeof token === 'string' ? token : token.content);

/**
 * The tokenizer that the parsed `tokenizer.json` and `tokenizer_config.json` (`{}` where there is none) describe.
 * Throws EngineError `integrity` where they have not the form of such files, `model-unsupported` where they ask
 * for a kind of tokenizer that is not known here, or could take too much time or memory.
 */
export function createTokenizer(tokenizerJson: unknown, tokenizerConfig: unknown): HfTokenizer {
  const json = parse(TokenizerJsonSchema, tokenizerJson, 'tokenizer.json');
  const config = parse(TokenizerConfigSchema, tokenizerConfig, 'tokenizer_config.json');
  const additionalSpecial = (config.additional_special_tokens ?? []).map(textOf);
  requireBoundedSteps(json);
  const library = createLibraryTokenizer(json, { ...config, additional_special_tokens: additionalSpecial });

  const idToToken: readonly (string | undefined)[] = library.model?.vocab ?? [];
  requireBoundedTable(idToToken.length);
  const specialIds = new Set<number>(json.added_tokens.filter((t) => t.special).map((t) => t.id));
  for (const text of additionalSpecial) {
    const id = library.token_to_id(text);
    if (id !== undefined) specialIds.add(id);
  }
  const table = { vocabSize: idToToken.length, fingerprint: vocabularyFingerprint(idToToken) };
  const addedIds = new Set<number>(json.added_tokens.map(({ id }) => id));
  const bosToken = config.bos_token == null ? undefined : library.token_to_id(textOf(config.bos_token));
  const beginTokenIds = encodeWithLibrary(library, '');
  const entryBytes = entryBytesOf(json.decoder);
  // The library looks at some parts when they meet a text: now, while the load can still be refused.
  const probeIds = apply(() => library.encode(probe).ids).filter((id) => idToToken[id] !== undefined);
  if (probeIds.length > 0) apply(() => library.decode(probeIds));
  if (beginTokenIds.length === 0 && bosToken !== undefined) beginTokenIds.push(tokenId(bosToken));

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
      return entryBytes(entry, addedIds.has(id));
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

function createLibraryTokenizer(json: object, config: object): TokenizerLibrary {
  try {
    return new TokenizerLibrary(json, config);
  } catch (cause) {
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
function encodeWithLibrary(library: TokenizerLibrary, text: string, addSpecial = true): TokenId[] {
  const { ids, tokens } = apply(() => library.encode(text, { add_special_tokens: addSpecial }));
  const missing = ids.findIndex((id: number | undefined) => id === undefined);
  if (missing >= 0) {
    throw new EngineError(
      'integrity',
      `tokenizer.json yields the token ${JSON.stringify(tokens[missing])}, which its own vocabulary lacks. Load the model's files again from their source.`,
      { details: { file: 'tokenizer.json', token: tokens[missing] ?? '' } },
    );
  }
  return ids.map(tokenId);
}
