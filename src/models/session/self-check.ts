import { host } from '#host';
import { type TokenId, tokenId } from '../../tokens/token-id.ts';
import type { Sequence, VerificationNoise } from '../causal-model.ts';

/*
 * Load-time self-check: is a pass over many tokens the same computation as passes over one token each? Three
 * ways over the same 48 tokens must agree in the logits of the last 8: one pass over 48; six passes over 8;
 * and, rolled back to 40, eight passes over 1. Each takes other kernels of the backend, and together they
 * use all that decoding uses: prefill, verification, drafting, rollback.
 */
const fullTextLength = 48;
const widePass = 8;

/** Shortest context that can be checked: one pass of text, one to compare. */
export const shortestCheckedContext = 2 * widePass;

export type ActivationPrecision = 'float32' | 'float16' | 'int8';

/** Beyond these the backend computes something else, not the same thing with other rounding. */
export interface DisagreementLimit {
  readonly maxLogitDifference: number;
  readonly meanTotalVariation: number;
}

/**
 * float32: working backends stay below 0.002 (WASM 2e-5, WebGPU 1e-3) and the known fault, flash attention at
 * subgroup size 4, is off by 0.2 to 7; 0.05 lies far from both. float16 rounds logits of size 20 to steps of
 * 0.016, and sums of them err by several steps. int8 activations differ by design, up to 0.14 in total
 * variation and by any number of logits: only distributions with less than half in common are a fault.
 */
export const disagreementLimits: Readonly<Record<ActivationPrecision, DisagreementLimit>> = {
  float32: { maxLogitDifference: 0.05, meanTotalVariation: 0.02 },
  float16: { maxLogitDifference: 0.5, meanTotalVariation: 0.1 },
  int8: { maxLogitDifference: Number.MAX_VALUE, meanTotalVariation: 0.5 },
};

/** True if the disagreement is no noise. Values that are not finite always are gross. */
export function isGross(noise: VerificationNoise, limit: DisagreementLimit): boolean {
  return !(
    noise.maxLogitDifference <= limit.maxLogitDifference &&
    noise.meanTotalVariation <= limit.meanTotalVariation
  );
}

/** Measures on a fresh sequence, which it disposes. Throws the signal's reason once aborted. */
export async function measureNoise(
  openSequence: () => Sequence,
  vocabSize: number,
  contextLength: number,
  signal?: AbortSignal,
): Promise<VerificationNoise> {
  const length = Math.floor(Math.min(fullTextLength, contextLength) / widePass) * widePass;
  const text = checkTokens(length, vocabSize);
  const compared = length - widePass;
  const sequence = openSequence();

  const pass = async (from: number, to: number): Promise<Float32Array> => {
    // On WASM a pass blocks the thread; here the messages get in, an abort among them.
    await host.nextTask();
    signal?.throwIfAborted();
    const ids = text.slice(from, to);
    const logits = await sequence.forward({ kind: 'host', length: ids.length, ids }, 'all');
    try {
      return await logits.toHost();
    } finally {
      logits.dispose();
    }
  };

  try {
    const atOnce = await pass(0, length);
    const width = atOnce.length / length;
    const atOnceRows = atOnce.subarray(compared * width);
    sequence.rollback(0);
    let inEights = atOnceRows;
    for (let from = 0; from < length; from += widePass) inEights = await pass(from, from + widePass);
    sequence.rollback(compared);
    const singly = new Float32Array(widePass * width);
    for (let row = 0; row < widePass; row++) {
      singly.set(await pass(compared + row, compared + row + 1), row * width);
    }
    return worse(
      difference(atOnceRows, singly, width, vocabSize),
      difference(inEights, singly, width, vocabSize),
    );
  } finally {
    sequence.dispose();
  }
}

/** How far two sets of rows [rows, width] are apart in their first `vocabSize` entries. */
export function difference(
  one: Float32Array,
  other: Float32Array,
  width: number,
  vocabSize: number,
): VerificationNoise {
  const rows = one.length / width;
  let maxLogitDifference = 0;
  let variationSum = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    const oneRow = one.subarray(start, start + vocabSize);
    const otherRow = other.subarray(start, start + vocabSize);
    for (let entry = 0; entry < vocabSize; entry++) {
      const distance = Math.abs(oneRow[entry]! - otherRow[entry]!);
      // Written so that NaN is kept: it compares as false with everything.
      if (!(distance <= maxLogitDifference)) maxLogitDifference = distance;
    }
    variationSum += totalVariation(softmax(oneRow), softmax(otherRow));
  }
  return { maxLogitDifference, meanTotalVariation: variationSum / rows };
}

function worse(one: VerificationNoise, other: VerificationNoise): VerificationNoise {
  return {
    maxLogitDifference: Math.max(one.maxLogitDifference, other.maxLogitDifference),
    meanTotalVariation: Math.max(one.meanTotalVariation, other.meanTotalVariation),
  };
}

/** Any text will do; one that jumps about the vocabulary keeps attention from being trivial. */
function checkTokens(length: number, vocabSize: number): TokenId[] {
  return Array.from({ length }, (_, index) => tokenId((index * 7919 + 11) % vocabSize));
}

function softmax(logits: Float32Array): Float64Array {
  let max = -Infinity;
  for (const logit of logits) if (logit > max) max = logit;
  const probabilities = Float64Array.from(logits, (logit) => Math.exp(logit - max));
  let sum = 0;
  for (const probability of probabilities) sum += probability;
  return probabilities.map((probability) => probability / sum);
}

function totalVariation(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += Math.abs(one[index]! - other[index]!);
  return sum / 2;
}
