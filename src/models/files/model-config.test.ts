import { describe, expect, test } from 'vitest';
import { estimateMemory } from './memory-estimate.ts';
import { type ModelConfig, readModelConfig } from './model-config.ts';

const llama = {
  model_type: 'llama',
  vocab_size: 1846,
  hidden_size: 256,
  num_hidden_layers: 6,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 64,
  max_position_embeddings: 512,
  bos_token_id: 0,
  eos_token_id: 0,
};

const configOf = (config: unknown) => readModelConfig(config, null, 'm/').config;

/** modelType, contextLength, vocabSize, layers, width, heads, kvHeads, headSize, innerWidth */
type Row = [string | null, ...(number | null)[]];
const rowOf = (config: ModelConfig) => [
  config.modelType,
  config.contextLength,
  config.vocabSize,
  config.layers,
  config.width,
  config.heads,
  config.kvHeads,
  config.headSize,
  config.innerWidth,
];

/** Of published models, less what nobody reads. */
const published: [name: string, config: object, row: Row][] = [
  [
    'Llama 3.2 1B',
    {
      ...{ model_type: 'llama', vocab_size: 128256, max_position_embeddings: 131072, hidden_size: 2048 },
      ...{ num_hidden_layers: 16, num_attention_heads: 32, num_key_value_heads: 8, head_dim: 64 },
      ...{ intermediate_size: 8192, bos_token_id: 128000, eos_token_id: [128001, 128008, 128009] },
      rope_scaling: { factor: 32, original_max_position_embeddings: 8192, rope_type: 'llama3' },
    },
    ['llama', 131072, 128256, 16, 2048, 32, 8, 64, 8192],
  ],
  [
    'Qwen3 0.6B, whose heads are wider than the model',
    {
      ...{ model_type: 'qwen3', vocab_size: 151936, max_position_embeddings: 40960, hidden_size: 1024 },
      ...{ num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128 },
      ...{ intermediate_size: 3072, rope_scaling: null, sliding_window: null, max_window_layers: 28 },
    },
    ['qwen3', 40960, 151936, 28, 1024, 16, 8, 128, 3072],
  ],
  [
    'Gemma 3 4B, which keeps what differs from a default in text_config',
    {
      ...{ model_type: 'gemma3', eos_token_id: [1, 106], image_token_index: 262144 },
      text_config: {
        ...{ model_type: 'gemma3_text', hidden_size: 2560, intermediate_size: 10240 },
        ...{ num_hidden_layers: 34, sliding_window: 1024 },
      },
      vision_config: { hidden_size: 1152, num_hidden_layers: 27, num_attention_heads: 16 },
    },
    ['gemma3', null, null, 34, 2560, null, null, null, 10240],
  ],
  [
    'Gemma 3n, with a list for a width',
    {
      model_type: 'gemma3n',
      text_config: {
        ...{ vocab_size: 262400, max_position_embeddings: 32768, hidden_size: 2048, head_dim: 256 },
        ...{ num_hidden_layers: 30, num_attention_heads: 8, num_key_value_heads: 2 },
        intermediate_size: Array(30).fill(8192),
      },
    },
    ['gemma3n', 32768, 262400, 30, 2048, 8, 2, 256, 8192],
  ],
  [
    'InternVL, with the language model in llm_config',
    {
      ...{ model_type: 'internvl_chat', hidden_size: 896 },
      llm_config: {
        ...{ vocab_size: 151674, max_position_embeddings: 32768, hidden_size: 896, num_hidden_layers: 24 },
        ...{ num_attention_heads: 14, num_key_value_heads: 2, intermediate_size: 4864 },
      },
    },
    ['internvl_chat', 32768, 151674, 24, 896, 14, 2, 64, 4864],
  ],
  [
    'GPT-2',
    {
      ...{ model_type: 'gpt2', vocab_size: 50257, n_positions: 1024, n_ctx: 1024, n_embd: 768 },
      ...{ n_layer: 12, n_head: 12, n_inner: null, bos_token_id: 50256, eos_token_id: 50256 },
    },
    ['gpt2', 1024, 50257, 12, 768, 12, 12, 64, null],
  ],
  [
    'Phi-3 mini 128k',
    {
      ...{ model_type: 'phi3', vocab_size: 32064, max_position_embeddings: 131072, hidden_size: 3072 },
      ...{ num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 32 },
      ...{ intermediate_size: 8192, original_max_position_embeddings: 4096, pad_token_id: 32000 },
    },
    ['phi3', 131072, 32064, 32, 3072, 32, 32, 96, 8192],
  ],
  [
    'MPT',
    {
      ...{ model_type: 'mpt', vocab_size: 50432, max_seq_len: 2048, d_model: 4096, n_heads: 32 },
      ...{ n_layers: 32, attn_config: { alibi: true }, learned_pos_emb: true },
    },
    ['mpt', 2048, 50432, 32, 4096, 32, 32, 128, null],
  ],
  [
    'DBRX, with the heads of a cache in attn_config',
    {
      ...{ model_type: 'dbrx', vocab_size: 100352, max_seq_len: 32768, d_model: 6144, n_heads: 48 },
      ...{ n_layers: 40, attn_config: { kv_n_heads: 8, rope_theta: 5e5 } },
    },
    ['dbrx', 32768, 100352, 40, 6144, 48, 8, 128, null],
  ],
  [
    'ChatGLM3',
    {
      ...{ model_type: 'chatglm', padded_vocab_size: 65024, seq_length: 8192, hidden_size: 4096 },
      ...{ num_layers: 28, num_attention_heads: 32, kv_channels: 128, multi_query_attention: true },
      ...{ multi_query_group_num: 2, ffn_hidden_size: 13696, bos_token_id: -1, pad_token_id: 0 },
    },
    ['chatglm', 8192, 65024, 28, 4096, 32, 2, 128, 13696],
  ],
  [
    'Falcon 7B, whose heads share one key and which names no context',
    {
      ...{ model_type: 'falcon', vocab_size: 65024, hidden_size: 4544, num_hidden_layers: 32 },
      ...{ num_attention_heads: 71, num_kv_heads: 71, multi_query: true, new_decoder_architecture: false },
    },
    ['falcon', null, 65024, 32, 4544, 71, 1, 64, null],
  ],
  [
    'Falcon 40B, whose heads share eight',
    {
      ...{ model_type: 'falcon', vocab_size: 65024, hidden_size: 8192, num_hidden_layers: 60 },
      ...{ num_attention_heads: 128, num_kv_heads: 8, multi_query: true, new_decoder_architecture: true },
    },
    ['falcon', null, 65024, 60, 8192, 128, 8, 64, null],
  ],
  [
    'OpenELM, with a list of heads for its layers',
    {
      ...{ model_type: 'openelm', vocab_size: 32000, max_context_length: 2048, model_dim: 1280 },
      ...{ num_transformer_layers: 4, num_query_heads: [12, 12, 16, 20], num_kv_heads: [3, 3, 4, 5] },
      ...{ head_dim: 64, ffn_multipliers: [0.5, 0.73, 0.97, 1.2], rope_max_length: 4096 },
    },
    ['openelm', 2048, 32000, 4, 1280, 15, 3.75, 64, null],
  ],
  [
    'DeciLM, with the heads of each layer',
    {
      ...{ model_type: 'deci', vocab_size: 32000, max_position_embeddings: 8192, hidden_size: 4096 },
      ...{ num_hidden_layers: 4, num_attention_heads: 32, num_key_value_heads_per_layer: [4, 4, 2, 2] },
      intermediate_size: 14336,
    },
    ['deci', 8192, 32000, 4, 4096, 32, 3, 128, 14336],
  ],
  [
    'Bloom',
    {
      ...{ model_type: 'bloom', vocab_size: 250880, seq_length: 2048, n_embed: 1024, n_layer: 24 },
      ...{ num_attention_heads: 16, n_inner: null, pad_token_id: 3, eos_token_id: 2, bos_token_id: 1 },
    },
    ['bloom', 2048, 250880, 24, 1024, 16, 16, 64, null],
  ],
  [
    'StarCoder, whose heads share one key',
    {
      ...{ model_type: 'gpt_bigcode', vocab_size: 49152, n_positions: 8192, n_embd: 2048, n_layer: 24 },
      ...{ n_head: 16, n_inner: 8192, multi_query: true },
    },
    ['gpt_bigcode', 8192, 49152, 24, 2048, 16, 1, 128, 8192],
  ],
  [
    'Baichuan 13B',
    {
      ...{ model_type: 'baichuan', vocab_size: 64000, model_max_length: 4096, hidden_size: 5120 },
      ...{ num_hidden_layers: 40, num_attention_heads: 40, intermediate_size: 13696 },
    },
    ['baichuan', 4096, 64000, 40, 5120, 40, 40, 128, 13696],
  ],
];

test.each(published)('the configuration of %s is read', (_, config, row) => {
  expect(rowOf(configOf(config))).toEqual(row);
});

test.each([
  ['a list for its layers', [2, 2, 2, 2, 1, 3], 2],
  ['a list in which a layer has none', [0, 0, 0, 4, 4, 4], 2],
  ['null', null, 4],
  ['zero', 0, 4],
  ['less than zero', -1, 4],
  ['a string', '2', 4],
  ['what is no number', Number.NaN, 4],
  ['an empty list', [], 4],
  ['a list of zeros', [0, 0], 4],
  ['a list of something else', [{ n_heads: 2 }], 4],
  ['infinitely many', Number.POSITIVE_INFINITY, 4],
  ['a fraction', 2.5, 4],
])('heads of a cache given as %s never refuse a model', (_, value, kvHeads) => {
  expect(configOf({ ...llama, num_key_value_heads: value }).kvHeads).toBe(kvHeads);
});

const fields: [field: keyof ModelConfig, name: string][] = [
  ['modelType', 'model_type'],
  ['contextLength', 'max_position_embeddings'],
  ['vocabSize', 'vocab_size'],
  ['layers', 'num_hidden_layers'],
  ['width', 'hidden_size'],
  ['heads', 'num_attention_heads'],
  ['innerWidth', 'intermediate_size'],
];
test.each(fields)(
  '%s is not known where %s is missing or unusable, and the estimate has no NaN',
  (field, name) => {
    for (const value of [undefined, null, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e30, [], {}]) {
      const config = configOf({ ...llama, [name]: value });
      expect(config[field], String(value)).toBeNull();
      for (const backend of ['wasm', 'webgpu'] as const) {
        const target = { backend, takenBytes: 0, unpackedBytesLimit: 2 ** 30, deviceMemory: null };
        const numbers = Object.values(estimateMemory({ config, dtype: 'q4', weightBytes: 1e6 }, target));
        for (const number of numbers) {
          if (typeof number === 'number') expect(Number.isSafeInteger(number)).toBe(true);
        }
        expect(numbers).toContain(true);
      }
    }
  },
);

test('the next name counts where the first has nothing to say', () => {
  expect(configOf({ ...llama, max_position_embeddings: null, n_positions: -1, n_ctx: 300 })).toMatchObject({
    contextLength: 300,
  });
  expect(configOf({ ...llama, text_config: { vocab_size: 0, max_position_embeddings: 4096 } })).toMatchObject(
    {
      vocabSize: 1846,
      contextLength: 4096,
    },
  );
});

describe('end tokens', () => {
  test.each<[string, unknown, object, number[]]>([
    ['of generation_config.json go first', { eos_token_id: 2 }, {}, [2]],
    ['may be several', { eos_token_id: [2, 7] }, {}, [2, 7]],
    ['are those of config.json where the other names none', {}, {}, [0]],
    ['are those of config.json where the other says null', { eos_token_id: null }, {}, [0]],
    ['are those of config.json where the other says -1', { eos_token_id: -1 }, {}, [0]],
    ['are those of config.json where there is no other', null, {}, [0]],
    ['are those of config.json where the other is none', [], {}, [0]],
    ['leave out what is no id', { eos_token_id: [-1, 7, null, '8', Number.NaN, 1.5] }, {}, [7]],
    ['may be missing', null, { eos_token_id: null }, []],
    ['may be -1, which is none', null, { eos_token_id: -1 }, []],
    [
      'of the language model inside count last',
      null,
      { eos_token_id: null, text_config: { eos_token_id: 5 } },
      [5],
    ],
    [
      'of the whole go before those',
      null,
      { eos_token_id: [1, 106], text_config: { eos_token_id: 5 } },
      [1, 106],
    ],
  ])('%s', (_, generation, config, expected) => {
    expect(readModelConfig({ ...llama, ...config }, generation, 'm/').eosTokenIds).toEqual(expected);
  });
});

test.each<[string, unknown, unknown, number | null]>([
  ['of generation_config.json goes first', 3, 0, 3],
  ['of config.json counts where the other has none', undefined, 0, 0],
  ['of config.json counts where the other is -1', -1, 0, 0],
  ['is the first of a list', undefined, [4, 5], 4],
  ['may be -1, which is none', undefined, -1, null],
  ['may be missing', undefined, null, null],
])('the beginning-of-text token %s', (_, generation, config, expected) => {
  const { bosTokenId } = readModelConfig(
    { ...llama, bos_token_id: config },
    { bos_token_id: generation },
    'm/',
  );
  expect(bosTokenId).toBe(expected);
});

test.each([
  ['a list in its place', []],
  ['null', null],
  ['a text', 'config'],
  ['an image model', { model_type: 'resnet', num_labels: 1000, depths: [3, 4, 6, 3] }],
])('%s describes no language model', (_, config) => {
  expect(() => configOf(config)).toThrow(
    expect.objectContaining({
      code: 'model-unsupported',
      message: expect.stringMatching(/^m\/config\.json does not describe a language model/),
    }),
  );
});
