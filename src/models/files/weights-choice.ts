import { EngineError } from '../../errors/engine-error.ts';
import type { BackendKind } from '../causal-model.ts';
import { DTYPES, type Dtype, onnxPath } from './dtype.ts';
import type { FileListing } from './file-listing.ts';

/** What the models are going to run on. */
export interface WeightsTarget {
  readonly backend: BackendKind;
  /** Whether the GPU computes with float16. */
  readonly hasShaderF16: boolean;
}

/**
 * Best first: 4-bit weights, then what is exact but larger. Exports with int8 activations come last, because
 * verification with them follows a noisier distribution than plain decoding does (design.md, section 4).
 */
export function preferredDtypes({ backend, hasShaderF16 }: WeightsTarget): readonly Dtype[] {
  const int8: readonly Dtype[] = ['q8', 'int8', 'uint8'];
  if (backend === 'webgpu' && hasShaderF16) return ['q4f16', 'q4', 'fp16', 'fp32', 'bnb4', ...int8];
  // A GPU without float16 cannot run them at all; on WASM they are computed as float32.
  const half: readonly Dtype[] = backend === 'wasm' ? ['q4f16', 'fp16'] : [];
  return ['q4', ...half, 'fp32', 'bnb4', ...int8];
}

/**
 * The weights that a complete list of files has, best first; only `asked` where it is given. Throws EngineError
 * `model-unsupported` where there are none.
 */
export function listedDtypes(
  model: string,
  { files }: FileListing,
  asked: Dtype | null,
  target: WeightsTarget,
): readonly [Dtype, ...Dtype[]] {
  const available = DTYPES.filter((dtype) => files.has(onnxPath(dtype)));
  const [first, ...rest] = (asked === null ? preferredDtypes(target) : [asked]).filter((dtype) =>
    available.includes(dtype),
  );
  if (first !== undefined) return [first, ...rest];
  const missing = asked === null ? 'no weights that run here' : `no weights of dtype ${asked}`;
  const next =
    available.length > 0
      ? `It has ${available.join(', ')}: append one of them after a colon.`
      : `Choose a repository in the transformers.js layout, with ${onnxPath('q4')}.`;
  throw new EngineError('model-unsupported', `${model} has ${missing}. ${next}`, {
    details: { model, dtype: asked, available },
  });
}
