import { nextTask } from '../gpu/next-task.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { Sequence } from './causal-model.ts';
import type { ForwardCosts } from './forward-costs.ts';

/**
 * Widths measured, most telling first: drafting feeds 1 token, verification 2 and more. Time is not monotonic in them,
 * so guesses between far points are poor; but on a slow backend the first few must do.
 */
const widths = [1, 2, 8, 4, 3, 5, 17, 6, 7, 12, 9];
/** The first so many are measured whatever it takes. */
const fewestWidths = 3;
const pastLength = 32;
const mostSamples = 6;
const mostPassesOfSample = 16;

/** Fewer samples than this may all have met a busy spell of the machine. */
const enoughSamples = 3;
/** A pass this long spans several such spells. */
const longPassMs = 50;

/** Times of passes over `tokens` tokens. */
export interface PassTimes {
  readonly tokens: number;
  /** Milliseconds of a pass, one entry a sample, at least one. */
  readonly ms: readonly number[];
}

export interface MeasuringOptions {
  readonly vocabSize: number;
  readonly contextLength: number;
  /** Time after which no further sample is begun, beyond one each of the first widths. */
  readonly budgetMs: number;
  /** Passes of one sample follow each other until they take this long: the clock is coarse, and waiting for a GPU costs. */
  readonly sampleMs: number;
  readonly now: () => number;
  /** Resolves when the device has worked off what it was handed. On WASM a pass has ended when its promise has. */
  readonly workedOff: () => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Times passes with a short past, every row's logits wanted. Nothing is read back: on a device a sample is several
 * passes and one wait until they are worked off. The first pass of a width warms it up; then samples go round the widths, so
 * that a busy spell of the machine hits all alike. On a fresh sequence, which it disposes. Ascending in tokens. Throws the
 * signal's reason once aborted.
 */
export async function measurePasses(
  openSequence: () => Sequence,
  options: MeasuringOptions,
): Promise<readonly PassTimes[]> {
  const { vocabSize, contextLength, budgetMs, sampleMs, now, workedOff, signal } = options;
  const past = Math.min(pastLength, contextLength - 2);
  const measured = widths
    .filter((width) => past + width <= contextLength)
    .map((tokens) => ({ tokens, passes: 1, ms: [] as number[] }));
  const sequence = openSequence();

  /** Milliseconds of one pass, the mean of `passes` in a row. */
  const timePasses = async (width: number, passes: number): Promise<number> => {
    await nextTask();
    signal?.throwIfAborted();
    const run = runOf(width, vocabSize);
    const started = now();
    for (let pass = 0; pass < passes; pass++) {
      sequence.rollback(past);
      (await sequence.forward(run, 'all')).dispose();
    }
    await workedOff();
    return (now() - started) / passes;
  };

  try {
    await sequence.forward(runOf(past, vocabSize), 'none');
    await workedOff();
    const started = now();
    const isOver = () => now() - started > budgetMs;
    for (const [index, width] of measured.entries()) {
      if (isOver() && index >= fewestWidths) break;
      // The first pass of a width compiles kernels and sizes buffers: on a new session it takes many times as long.
      await timePasses(width.tokens, 1);
      const ms = await timePasses(width.tokens, 1);
      width.passes = Math.max(1, Math.min(mostPassesOfSample, Math.ceil(sampleMs / ms)));
      width.ms.push(width.passes === 1 ? ms : await timePasses(width.tokens, width.passes));
    }
    for (let sample = 1; sample < mostSamples && !isOver(); sample++) {
      for (const { tokens, passes, ms } of measured) {
        if (isOver() || ms.length === 0) break;
        ms.push(await timePasses(tokens, passes));
      }
    }
  } finally {
    sequence.dispose();
  }
  return measured
    .filter(({ ms }) => ms.length > 0)
    .map(({ tokens, ms }) => ({ tokens, ms }))
    .sort((a, b) => a.tokens - b.tokens);
}

/** True if widths may be told apart by their times. */
export function isComparable({ ms }: PassTimes): boolean {
  return ms.length >= enoughSamples;
}

/**
 * Those good enough to be kept for later loads; null where that is not so of the first widths, which say most: then the
 * machine was too busy to tell.
 */
export function settledTimes(times: readonly PassTimes[]): readonly PassTimes[] | null {
  const isSettled = (one: PassTimes) => isComparable(one) || Math.min(...one.ms) >= longPassMs;
  const first = times.filter(({ tokens }) => widths.indexOf(tokens) < fewestWidths);
  return first.every(isSettled) ? times.filter(isSettled) : null;
}

/** t(k): the lower quartile of each width, because what disturbs a sample only ever makes it longer. */
export function costsOf(times: readonly PassTimes[]): ForwardCosts {
  return times.map(({ tokens, ms }) => ({ tokens, ms: lowerQuartile(ms) }));
}

function lowerQuartile(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 2];
}

function runOf(length: number, vocabSize: number) {
  const ids = Array.from({ length }, (_, index) => tokenId((index * 7919 + 13) % vocabSize));
  return { kind: 'host', length, ids } as const;
}
