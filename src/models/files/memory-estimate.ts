import { sizeText } from '../../errors/byte-text.ts';
import { EngineError } from '../../errors/engine-error.ts';
import type { BackendKind } from '../causal-model.ts';
import { firstCacheRows } from '../onnx/cache-layout.ts';
import type { Dtype } from './dtype.ts';
import type { ModelConfig } from './model-config.ts';
import type { ModelDescription } from './model-files.ts';

/** What a model takes while it runs, in bytes; an estimate, made before its weights are here. */
export interface MemoryEstimate {
  readonly backend: BackendKind;
  /** In GPU memory, or in the WebAssembly heap with what unpacking them takes; null where their size is not known. */
  readonly weightBytes: number | null;
  /** Keys and values of one text of `cacheTokens` tokens; null where the configuration does not tell. */
  readonly cacheBytes: number | null;
  readonly cacheTokens: number;
  /** Of the widest pass whose rows are all wanted; null where the configuration does not tell. */
  readonly logitsBytes: number | null;
  /** Of what is known. */
  readonly totalBytes: number;
  /** What there is, less what other models take; null where nobody tells. */
  readonly availableBytes: number | null;
  readonly fits: boolean;
}

/** Where a model is going to run. */
export interface MemoryTarget {
  readonly backend: BackendKind;
  /** Of other models that are loaded, by their own estimates. */
  readonly takenBytes: number;
  /** WASM: weights may be unpacked to so many bytes more, of all models together. */
  readonly unpackedBytesLimit: number;
  /** The device's memory in GiB as browsers tell it, rounded and capped; null where they do not. */
  readonly deviceMemory: number | null;
}

/** 32-bit addresses. */
const wasmHeapBytes = 2 ** 32;
/**
 * What models may take of a heap that ends at 4 GiB and never shrinks: the rest is for what passes compute on the way,
 * and for the gaps that large blocks leave behind.
 */
export const heapBudgetBytes = 3 * 2 ** 30;
/** From here on `navigator.deviceMemory` may stand for any amount. */
const cappedDeviceMemory = 8;
/** Measured: ONNX Runtime's heap grows by so much for a byte of float32 weights, while it brings them into its order. */
export const heapPerUnpackedByte = 1.5;
/** Rows of the self-check, which asks for all logits of a pass. */
export const maxLogitsRows = 48;

const packedDtypes: ReadonlySet<Dtype> = new Set(['q4', 'q4f16']);
const halfDtypes: ReadonlySet<Dtype> = new Set(['q4f16', 'fp16']);

export function estimateMemory(
  {
    config,
    dtype,
    weightBytes,
  }: Pick<ModelDescription, 'dtype' | 'weightBytes'> & {
    readonly config: Omit<ModelConfig, 'modelType'>;
  },
  { backend, takenBytes, unpackedBytesLimit, deviceMemory }: MemoryTarget,
): MemoryEstimate {
  const isWasm = backend === 'wasm';
  // On WASM every pass moves the cache and the logits between the heap and JavaScript: both have a copy.
  const copies = isWasm ? 2 : 1;
  const floatBytes = halfDtypes.has(dtype) && !isWasm ? 2 : 4;
  const cacheTokens = Math.min(config.contextLength ?? firstCacheRows, firstCacheRows);
  const { layers, kvHeads, headSize, vocabSize } = config;
  const cacheBytes =
    layers === null || kvHeads === null || headSize === null
      ? null
      : Math.round(2 * layers * kvHeads * headSize * cacheTokens * floatBytes * copies);
  const logitsBytes = vocabSize === null ? null : maxLogitsRows * vocabSize * 4 * copies;
  const unpackedBytes = isWasm && packedDtypes.has(dtype) ? 4 * linearWeights(config) : 0;
  const extraBytes = unpackedBytes <= unpackedBytesLimit ? heapPerUnpackedByte * unpackedBytes : 0;
  const heldBytes = weightBytes === null ? null : Math.round(weightBytes + extraBytes);
  const totalBytes = (heldBytes ?? 0) + (cacheBytes ?? 0) + (logitsBytes ?? 0);
  const limit = memoryLimit(backend, deviceMemory);
  const availableBytes = limit === null ? null : Math.max(0, limit - takenBytes);
  return {
    backend,
    weightBytes: heldBytes,
    cacheBytes,
    cacheTokens,
    logitsBytes,
    totalBytes,
    availableBytes,
    fits: availableBytes === null || totalBytes <= availableBytes,
  };
}

/** Throws EngineError `out-of-memory` with the numbers where a model does not fit. */
export function requireMemory({ id, dtype }: ModelDescription, estimate: MemoryEstimate): void {
  if (estimate.fits) return;
  const { backend, weightBytes, cacheBytes, cacheTokens, logitsBytes, totalBytes, availableBytes } = estimate;
  const parts = [
    `weights ${sizeText(weightBytes ?? 0)}`,
    `cache of ${cacheTokens} tokens ${sizeText(cacheBytes ?? 0)}`,
    `logits ${sizeText(logitsBytes ?? 0)}`,
  ];
  throw new EngineError(
    'out-of-memory',
    `${id} (${dtype}) needs about ${sizeText(totalBytes)} on ${backend === 'wasm' ? 'WASM' : 'WebGPU'} (${parts.join(', ')}); ${sizeText(availableBytes ?? 0)} is available. Nothing was downloaded: unload a model, or choose a smaller one or another dtype.`,
    {
      details: {
        model: id,
        dtype,
        backend,
        weightBytes,
        cacheBytes,
        logitsBytes,
        totalBytes,
        availableBytes,
      },
    },
  );
}

function memoryLimit(backend: BackendKind, deviceMemory: number | null): number | null {
  const device = deviceMemory === null || deviceMemory >= cappedDeviceMemory ? null : deviceMemory * 2 ** 30;
  return backend === 'wasm' ? Math.min(wasmHeapBytes, device ?? Infinity) : device;
}

/**
 * Weights of all products of a decoder with gated feed-forward layers, the head included; 0 where the configuration
 * does not tell.
 */
export function linearWeights(config: Omit<ModelConfig, 'modelType'>): number {
  const { layers, width, heads, kvHeads, headSize, innerWidth, vocabSize } = config;
  if (layers === null || width === null || vocabSize === null) return 0;
  if (heads === null || kvHeads === null || headSize === null) return 0;
  const attention = 2 * width * headSize * (heads + kvHeads);
  const feedForward = 3 * width * (innerWidth ?? 4 * width);
  return layers * (attention + feedForward) + vocabSize * width;
}
