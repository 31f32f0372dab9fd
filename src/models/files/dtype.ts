import { EngineError } from '../../errors/engine-error.ts';

/** Format of a model's weights, as transformers.js calls it. */
export type Dtype = 'fp32' | 'fp16' | 'int8' | 'uint8' | 'q8' | 'q4' | 'q4f16' | 'bnb4';

/** The end of their file's name. */
const FILE_SUFFIX: Readonly<Record<Dtype, string>> = {
  fp32: '',
  fp16: '_fp16',
  int8: '_int8',
  uint8: '_uint8',
  q8: '_quantized',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
};

export const DTYPES = Object.keys(FILE_SUFFIX) as Dtype[];

export const onnxPath = (dtype: Dtype): string => `onnx/model${FILE_SUFFIX[dtype]}.onnx`;

/**
 * "story-base:q8" -> name "story-base", dtype "q8"; dtype null without a suffix. A colon elsewhere, as in a URL's
 * port, belongs to the name. Throws EngineError `invalid-request` on a suffix that is no dtype.
 */
export function splitDtype(model: string): { name: string; dtype: Dtype | null } {
  const suffix = /:([A-Za-z][A-Za-z0-9_]*)$/.exec(model)?.[1];
  if (suffix === undefined) return { name: model, dtype: null };
  if (!Object.hasOwn(FILE_SUFFIX, suffix)) {
    throw new EngineError(
      'invalid-request',
      `unknown dtype "${suffix}" in the model name "${model}". Known dtypes: ${DTYPES.join(', ')}.`,
      { details: { model, dtype: suffix, known: DTYPES } },
    );
  }
  return { name: model.slice(0, -suffix.length - 1), dtype: suffix as Dtype };
}
