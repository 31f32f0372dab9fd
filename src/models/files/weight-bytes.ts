import type { Dtype } from './dtype.ts';
import { linearWeights } from './memory-estimate.ts';
import type { ModelConfig } from './model-config.ts';

/** What a model's size follows from: its config.json, without a network. */
export type ModelShape = {
  readonly [Field in keyof Omit<ModelConfig, 'modelType'>]: NonNullable<ModelConfig[Field]>;
};

interface BytesPerWeight {
  /** Of a product in a layer. */
  readonly linear: number;
  /** Of the table of embeddings, which is the head too. */
  readonly table: number;
}

/** 4-bit weights have a scale for each 32 of them. */
const packed = (scaleBytes: number): number => 0.5 + scaleBytes / 32;

const bytesPerWeight: Readonly<Record<Dtype, BytesPerWeight>> = {
  fp32: { linear: 4, table: 4 },
  fp16: { linear: 2, table: 2 },
  int8: { linear: 1, table: 1 },
  uint8: { linear: 1, table: 1 },
  q8: { linear: 1, table: 1 },
  q4: { linear: packed(4), table: 4 },
  q4f16: { linear: packed(2), table: 2 },
  bnb4: { linear: packed(2), table: 4 },
};

/**
 * About how many bytes the weights of a model are: of a decoder with gated feed-forward layers whose head is its table of
 * embeddings, as transformers.js' exporter writes it, where only the layers' products are packed. An exporter that packs
 * the table too makes smaller files, one that writes the head twice larger ones.
 */
export function estimateWeightBytes(shape: ModelShape, dtype: Dtype): number {
  const table = shape.vocabSize * shape.width;
  const { linear, table: perEntry } = bytesPerWeight[dtype];
  return Math.round((linearWeights(shape) - table) * linear + table * perEntry);
}
