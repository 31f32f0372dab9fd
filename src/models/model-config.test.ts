import { describe, expect, test } from 'vitest';
import { readModelConfig } from './model-config.ts';

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

describe('readModelConfig', () => {
  test('reads a Llama configuration', () => {
    expect(readModelConfig(llama, null, 'm/').config).toEqual({
      modelType: 'llama',
      contextLength: 512,
      vocabSize: 1846,
      layers: 6,
      width: 256,
      heads: 4,
      kvHeads: 2,
      headSize: 64,
      innerWidth: null,
    });
  });

  test('reads the width of the feed-forward layers', () => {
    expect(readModelConfig({ ...llama, intermediate_size: 688 }, null, 'm/').config.innerWidth).toBe(688);
  });

  test('derives what a GPT-2 configuration leaves out', () => {
    const gpt2 = { vocab_size: 50257, n_positions: 1024, hidden_size: 768, num_attention_heads: 12 };
    expect(readModelConfig(gpt2, null, 'm/').config).toMatchObject({
      contextLength: 1024,
      kvHeads: 12,
      headSize: 64,
      layers: null,
    });
  });

  test.each([
    ['one id', { eos_token_id: 2 }, [2]],
    ['several ids', { eos_token_id: [2, 7] }, [2, 7]],
    ['nothing, so config.json counts', {}, [0]],
    ['null, so config.json counts', { eos_token_id: null }, [0]],
  ])('takes the end tokens from a generation_config.json with %s', (_, generation, expected) => {
    expect(readModelConfig(llama, generation, 'm/').eosTokenIds).toEqual(expected);
  });

  test('has no end token where no file names one', () => {
    expect(readModelConfig({ ...llama, eos_token_id: null }, null, 'm/').eosTokenIds).toEqual([]);
  });

  test.each([
    ['no vocabulary size', { ...llama, vocab_size: undefined }, 'vocab_size'],
    ['no context length', { ...llama, max_position_embeddings: undefined }, 'max_position_embeddings'],
    ['a list in its place', [], 'm/config.json'],
    ['a negative layer count', { ...llama, num_hidden_layers: -1 }, 'num_hidden_layers'],
  ])('refuses %s and names it', (_, config, named) => {
    expect(() => readModelConfig(config, null, 'm/')).toThrow(
      expect.objectContaining({ code: 'model-unsupported', message: expect.stringContaining(named) }),
    );
  });
});
