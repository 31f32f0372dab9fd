import { host } from '#host';
import { type TokenId, tokenId } from '../../tokens/token-id.ts';
import type { Sequence, VerificationNoise } from '../causal-model.ts';
import { difference } from '../costs/verification-noise.ts';

/*
 * Load-time self-check: is a pass over many tokens the same computation as passes over one token each? Three
 * ways over the same 48 tokens must agree in the logits of the last 8: one pass over 48; six passes over 8;
 * and, rolled back to 40, eight passes over 1. Each takes other kernels of the backend, and together they
 * use all that decoding uses: prefill, verification, drafting, rollback.
 */
const fullTextLength = 48;
const widePass = 8;

/** Shortest context that can be checked: one pass of text, one to compare. */
export const minCheckedContext = 2 * widePass;

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
