import { expect, test } from 'vitest';
import { DTYPES, onnxPath } from './dtype.ts';

/** Its package exports no table of its formats; this file of its source, which is published too, has it. */
const source = '../../../node_modules/@huggingface/transformers/src/utils/dtypes.js';
const { DEFAULT_DTYPE_SUFFIX_MAPPING: suffixes }: { DEFAULT_DTYPE_SUFFIX_MAPPING: Record<string, string> } =
  await import(/* @vite-ignore */ new URL(source, import.meta.url).href);

test('weights have the names that transformers.js gives them', () => {
  expect(DTYPES.map(onnxPath)).toEqual(DTYPES.map((dtype) => `onnx/model${suffixes[dtype]}.onnx`));
});

test('of its formats only those of one and two bits are unknown here', () => {
  const known: readonly string[] = DTYPES;
  expect(Object.keys(suffixes).filter((dtype) => !known.includes(dtype))).toEqual([
    'q2',
    'q1',
    'q2f16',
    'q1f16',
  ]);
});
