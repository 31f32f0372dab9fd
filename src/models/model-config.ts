import * as v from 'valibot';
import { EngineError } from '../errors/engine-error.ts';
import { type TokenId, tokenId } from '../tokens/token-id.ts';

/** What is read from a model's config.json; null where the file does not say. */
export interface ModelConfig {
  readonly modelType: string | null;
  /** Positions that the model was made for. */
  readonly contextLength: number;
  /** Width of a logits row, as the config says. */
  readonly vocabSize: number;
  readonly layers: number | null;
  readonly width: number | null;
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

const CountSchema = v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1)));
const IdSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
const SpecialIdsSchema = {
  bos_token_id: v.nullish(IdSchema),
  eos_token_id: v.nullish(v.union([IdSchema, v.array(IdSchema)])),
};

const ConfigSchema = v.looseObject({
  ...SpecialIdsSchema,
  model_type: v.nullish(v.string()),
  vocab_size: v.pipe(v.number(), v.integer(), v.minValue(1)),
  max_position_embeddings: CountSchema,
  // The same in GPT-2's and MPT's words.
  n_positions: CountSchema,
  max_seq_len: CountSchema,
  num_hidden_layers: CountSchema,
  hidden_size: CountSchema,
  num_attention_heads: CountSchema,
  num_key_value_heads: CountSchema,
  head_dim: CountSchema,
  intermediate_size: CountSchema,
});

const GenerationConfigSchema = v.looseObject(SpecialIdsSchema);

/**
 * Reads the parsed config.json and generation_config.json (null where the folder has none; what it says goes first).
 * Throws EngineError `model-unsupported` where config.json does not describe a language model.
 */
export function readModelConfig(
  configJson: unknown,
  generationJson: unknown,
  folderUrl: string,
): ConfigFiles {
  const config = parse(ConfigSchema, configJson, `${folderUrl}config.json`);
  const generation = parse(
    GenerationConfigSchema,
    generationJson ?? {},
    `${folderUrl}generation_config.json`,
  );
  const contextLength = config.max_position_embeddings ?? config.n_positions ?? config.max_seq_len;
  if (contextLength == null) {
    throw unsupported(`${folderUrl}config.json`, 'max_position_embeddings', 'is missing');
  }
  const heads = config.num_attention_heads ?? null;
  const width = config.hidden_size ?? null;
  const bosTokenId = generation.bos_token_id ?? config.bos_token_id;
  const eosTokenIds = generation.eos_token_id ?? config.eos_token_id ?? [];
  return {
    config: {
      modelType: config.model_type ?? null,
      contextLength,
      vocabSize: config.vocab_size,
      layers: config.num_hidden_layers ?? null,
      width,
      heads,
      kvHeads: config.num_key_value_heads ?? heads,
      innerWidth: config.intermediate_size ?? null,
      headSize: config.head_dim ?? (width !== null && heads !== null ? width / heads : null),
    },
    bosTokenId: bosTokenId == null ? null : tokenId(bosTokenId),
    eosTokenIds: (Array.isArray(eosTokenIds) ? eosTokenIds : [eosTokenIds]).map(tokenId),
  };
}

function parse<const TSchema extends v.GenericSchema>(
  schema: TSchema,
  json: unknown,
  source: string,
): v.InferOutput<TSchema> {
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  throw unsupported(source, v.getDotPath(issue) ?? 'the whole file', issue.message);
}

function unsupported(source: string, path: string, problem: string): EngineError {
  return new EngineError(
    'model-unsupported',
    `${source} does not describe a language model that runs here: ${path}: ${problem}. Choose the ONNX export of a causal language model.`,
    { details: { source, path } },
  );
}
