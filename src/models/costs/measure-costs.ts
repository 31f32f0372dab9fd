import { host } from '#host';
import { tokenId } from '../../tokens/token-id.ts';
import type { Sequence } from '../causal-model.ts';
import type { PassTimes } from './pass-times.ts';

/**
 * Widths measured, in groups, most telling first: drafting feeds 1 token, verification 2 and more. Time is not monotonic
 * in them, so guesses between far points are poor; but on a slow backend the first group must do.
 */
const groupsAtLoad: readonly (readonly number[])[] = [
  [1, 2, 8],
  [4, 3, 5],
  [17, 6, 7],
  [12, 9],
];
const pastLength = 32;
const maxSamples = 6;
const maxPassesOfSample = 16;

/** Fewer samples than this may all have met a busy spell of the machine. */
const enoughSamples = 3;
/** A pass this long spans several such spells. */
const longPassMs = 50;

/** How long a sample is at least, see MeasuringOptions: on a GPU waiting takes a millisecond or so. */
export const minSampleMs = { wasm: 4, webgpu: 16 } as const;

export interface MeasuringOptions {
  readonly vocabSize: number;
  readonly contextLength: number;
  /** Widths to measure, in groups, the most telling first. Default: those that a load measures. */
  readonly groups?: readonly (readonly number[])[] | undefined;
  /** Time of the passes that count after which no further sample is begun, beyond one each of the first group. */
  readonly budgetMs: number;
  /** Passes of one sample follow each other until they take this long: the clock is coarse, and waiting for a GPU costs. */
  readonly sampleMs: number;
  readonly now: () => number;
  /** Resolves when the device has worked off what it was handed. On WASM a pass has ended when its promise has. */
  readonly waitForGpu: () => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Times passes with a short past, every row's logits wanted. Nothing is read back: on a device a sample is several
 * passes and one wait until they are worked off. The first pass of a width warms it up; then samples go round the widths
 * of a group, and in what time is left round all, so that a busy spell of the machine hits all alike. On a fresh sequence,
 * which it disposes. Ascending in tokens. Throws the signal's reason once aborted.
 */
export async function measurePasses(
  openSequence: () => Sequence,
  options: MeasuringOptions,
): Promise<readonly PassTimes[]> {
  const {
    vocabSize,
    contextLength,
    groups = groupsAtLoad,
    budgetMs,
    sampleMs,
    now,
    waitForGpu,
    signal,
  } = options;
  const past = Math.min(pastLength, contextLength - 2);
  const sequence = openSequence();
  const measured: { readonly tokens: number; passes: number; readonly ms: number[] }[] = [];
  /** Of passes whose times count. */
  let spentMs = 0;

  /** Milliseconds of one pass, the mean of `passes` in a row. */
  const timePasses = async (tokens: number, passes: number): Promise<number> => {
    await host.nextTask();
    signal?.throwIfAborted();
    const run = runOf(tokens, vocabSize);
    const started = now();
    for (let pass = 0; pass < passes; pass++) {
      sequence.rollback(past);
      (await sequence.forward(run, 'all')).dispose();
    }
    await waitForGpu();
    return (now() - started) / passes;
  };
  const takeSample = async (width: (typeof measured)[number]) => {
    const ms = await timePasses(width.tokens, width.passes);
    spentMs += ms * width.passes;
    width.ms.push(ms);
  };

  try {
    await sequence.forward(runOf(past, vocabSize), 'none');
    await waitForGpu();
    for (const group of groups) {
      if (spentMs > budgetMs) break;
      const widths = group
        .filter((tokens) => past + tokens <= contextLength)
        .map((tokens) => ({ tokens, passes: 1, ms: [] }));
      for (const width of widths) {
        // The first pass of a width compiles kernels and sizes buffers: on a new session it takes many times as long.
        await timePasses(width.tokens, 1);
        await takeSample(width);
      }
      for (const width of widths) {
        width.passes = Math.max(1, Math.min(maxPassesOfSample, Math.ceil(sampleMs / width.ms[0])));
        // A single pass was enough to see how long it takes, not how long exactly.
        if (width.passes > 1) width.ms.pop();
      }
      measured.push(...widths);
      for (let sample = 0; sample < enoughSamples; sample++) {
        for (const width of widths) {
          if (width.ms.length === 0 || (width.ms.length < enoughSamples && spentMs <= budgetMs)) {
            await takeSample(width);
          }
        }
      }
    }
    for (let sample = enoughSamples; sample < maxSamples; sample++) {
      for (const width of measured) if (spentMs <= budgetMs) await takeSample(width);
    }
  } finally {
    sequence.dispose();
  }
  return measured.map(({ tokens, ms }) => ({ tokens, ms })).sort((a, b) => a.tokens - b.tokens);
}

/** True if widths may be told apart by their times. */
export function isComparable({ ms }: PassTimes): boolean {
  return ms.length >= enoughSamples;
}

/**
 * Those good enough to be kept for later loads; null where that is not so of the first group, which says most: then the
 * machine was too busy to tell.
 */
export function settledTimes(times: readonly PassTimes[]): readonly PassTimes[] | null {
  const isSettled = (one: PassTimes) => isComparable(one) || Math.min(...one.ms) >= longPassMs;
  const first = times.filter(({ tokens }) => groupsAtLoad[0].includes(tokens));
  return first.every(isSettled) ? times.filter(isSettled) : null;
}

function runOf(length: number, vocabSize: number) {
  const ids = Array.from({ length }, (_, index) => tokenId((index * 7919 + 13) % vocabSize));
  return { kind: 'host', length, ids } as const;
}
