import * as v from 'valibot';

const ObjectSchema = v.record(v.string(), v.unknown());

/**
 * True where special_tokens_map.json counts: transformers reads it beside a tokenizer_config.json of the older form alone,
 * which does not list the added tokens.
 */
export const needsSpecialTokensMap = (tokenizerConfig: unknown): boolean =>
  v.is(ObjectSchema, tokenizerConfig) && tokenizerConfig.added_tokens_decoder === undefined;

/** What tokenizer_config.json and special_tokens_map.json say together, both parsed; the map wins, as in transformers. */
export function withSpecialTokensMap(tokenizerConfig: unknown, map: unknown): unknown {
  if (!needsSpecialTokensMap(tokenizerConfig) || !v.is(ObjectSchema, map)) return tokenizerConfig;
  return { ...(tokenizerConfig as object), ...map };
}
