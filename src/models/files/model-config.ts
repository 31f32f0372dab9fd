import { EngineError } from '../../errors/engine-error.ts';
import { type TokenId, tokenId } from '../../tokens/token-id.ts';

/**
 * What is read from a model's config.json; null where the file does not say, or says what cannot be. Nothing here is
 * needed to run a model: its graph tells shapes and has the last word on the context. The estimate of its memory is.
 */
export interface ModelConfig {
  readonly modelType: string | null;
  /** Positions that the model was made for. */
  readonly contextLength: number | null;
  /** Width of a logits row, as the config says. */
  readonly vocabSize: number | null;
  readonly layers: number | null;
  readonly width: number | null;
  /** Of a layer: the mean where layers differ, as for `kvHeads`, `headSize` and `innerWidth`. */
  readonly heads: number | null;
  readonly kvHeads: number | null;
  readonly headSize: number | null;
  /** Width between the two or three products of a feed-forward layer. */
  readonly innerWidth: number | null;
}

export interface ConfigFiles {
  readonly config: ModelConfig;
  readonly bosTokenId: TokenId | null;
  /** Any of them ends a text; empty where neither file names one. */
  readonly eosTokenIds: readonly TokenId[];
}

type Json = Readonly<Record<string, unknown>>;

/** Where models with several parts keep the configuration of the one that writes text. */
const textConfigNames = ['text_config', 'llm_config', 'language_config'];

/** What families call the same thing; the first name that has a value counts. */
const names = {
  contextLength: [
    ...['max_position_embeddings', 'n_positions', 'n_ctx', 'max_seq_len', 'max_sequence_length'],
    ...['seq_length', 'max_context_length', 'max_seq_length', 'model_max_length'],
  ],
  vocabSize: ['vocab_size', 'padded_vocab_size'],
  layers: ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'num_transformer_layers'],
  width: ['hidden_size', 'n_embd', 'n_embed', 'd_model', 'model_dim'],
  heads: ['num_attention_heads', 'n_head', 'n_heads', 'num_heads', 'num_query_heads'],
  kvHeads: [
    ...['num_key_value_heads', 'num_key_value_heads_per_layer', 'num_kv_heads', 'kv_n_heads'],
    'multi_query_group_num',
  ],
  headSize: ['head_dim', 'kv_channels'],
  innerWidth: ['intermediate_size', 'n_inner', 'ffn_hidden_size', 'ffn_dim'],
} as const satisfies Partial<Record<keyof ModelConfig, readonly string[]>>;

/**
 * Reads the parsed config.json and generation_config.json (null where the folder has none; what it says goes first).
 * Throws EngineError `model-unsupported` where config.json says nothing of a language model.
 */
export function readModelConfig(
  configJson: unknown,
  generationJson: unknown,
  folderUrl: string,
): ConfigFiles {
  const whole = asObject(configJson);
  if (!whole) throw unsupported(folderUrl, 'it is not a JSON object');
  const inner = textConfigNames.map((name) => asObject(whole[name])).filter((part) => part !== null);
  const sources = [...inner, whole].flatMap((source): Json[] => [source, asObject(source.attn_config) ?? {}]);
  const count = (field: 'contextLength' | 'vocabSize' | 'layers' | 'width') =>
    firstValue(sources, names[field], asCount);
  const meanCount = (field: 'heads' | 'kvHeads' | 'headSize' | 'innerWidth') =>
    firstValue(sources, names[field], asMeanCount);

  const width = count('width');
  const heads = meanCount('heads');
  // Falcon's two ways: all heads share one key, or as many as it names.
  const sharesOneKey = sources.some(
    (source) => source.multi_query === true && !source.new_decoder_architecture,
  );
  const config = {
    contextLength: count('contextLength'),
    vocabSize: count('vocabSize'),
    layers: count('layers'),
    width,
    heads,
    kvHeads: sharesOneKey ? 1 : (meanCount('kvHeads') ?? heads),
    headSize: meanCount('headSize') ?? (width !== null && heads !== null ? width / heads : null),
    innerWidth: meanCount('innerWidth'),
  };
  if (Object.values(config).every((value) => value === null)) {
    throw unsupported(
      folderUrl,
      'it names no vocab_size, no max_position_embeddings and no num_hidden_layers',
    );
  }
  const idSources = [asObject(generationJson) ?? {}, whole, ...inner];
  return {
    config: { modelType: typeof whole.model_type === 'string' ? whole.model_type : null, ...config },
    bosTokenId: firstValue(idSources, ['bos_token_id'], asTokenIds)?.[0] ?? null,
    eosTokenIds: firstValue(idSources, ['eos_token_id'], asTokenIds) ?? [],
  };
}

function firstValue<T>(
  sources: readonly Json[],
  fieldNames: readonly string[],
  read: (value: unknown) => T | null,
): T | null {
  for (const source of sources) {
    for (const name of fieldNames) {
      const value = read(source[name]);
      if (value !== null) return value;
    }
  }
  return null;
}

function asObject(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function asCount(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : null;
}

/** A count, or the mean of one for each layer: the estimates are sums over layers, so it gives the same. */
function asMeanCount(value: unknown): number | null {
  const counts: readonly unknown[] = Array.isArray(value) ? value : [value];
  let sum = 0;
  for (const one of counts) {
    const count = one === 0 ? 0 : asCount(one);
    if (count === null) return null;
    sum += count;
  }
  return sum > 0 ? sum / counts.length : null;
}

/** null where there is none: files write -1 or null for that. */
function asTokenIds(value: unknown): TokenId[] | null {
  const ids = (Array.isArray(value) ? value : [value]).filter((id) => id === 0 || asCount(id) !== null);
  return ids.length > 0 ? ids.map(tokenId) : null;
}

function unsupported(folderUrl: string, problem: string): EngineError {
  const source = `${folderUrl}config.json`;
  return new EngineError(
    'model-unsupported',
    `${source} does not describe a language model: ${problem}. Choose the ONNX export of a causal language model.`,
    { details: { source } },
  );
}
