import { nextTask } from '../gpu/next-task.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { Sequence } from './causal-model.ts';
import type { ForwardCosts } from './forward-costs.ts';

/**
 * Widths measured, most telling first: drafting feeds 1 token, verification 2 and more. Time is not monotonic in them,
 * so guesses between far points are poor; but on a slow backend the first few must do.
 */
const widths = [1, 2, 8, 4, 3, 17, 6, 5, 12];
const fewestWidths = 3;
const pastLength = 32;
const mostRepeats = 5;

/**
 * Measures t(k), milliseconds of a forward over k tokens with a short past, read-back included. The first pass of a
 * width warms it up; then repeats go round the widths, so that a busy spell of the machine hits all alike, and the
 * median counts. On a fresh sequence, which it disposes. Throws the signal's reason once aborted.
 * @param budgetMs time after which no further pass is begun, beyond one each of the first widths
 */
export async function measureForwardCosts(
  openSequence: () => Sequence,
  options: {
    readonly vocabSize: number;
    readonly contextLength: number;
    readonly budgetMs: number;
    readonly now: () => number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ForwardCosts> {
  const { vocabSize, contextLength, budgetMs, now, signal } = options;
  const past = Math.min(pastLength, contextLength - 2);
  const measured = widths.filter((width) => past + width <= contextLength);
  const samples = measured.map((): number[] => []);
  const sequence = openSequence();

  const timePass = async (width: number): Promise<number> => {
    await nextTask();
    signal?.throwIfAborted();
    sequence.rollback(past);
    const started = now();
    const logits = await sequence.forward(run(width, vocabSize), 'all');
    try {
      await logits.toHost();
    } finally {
      logits.dispose();
    }
    return now() - started;
  };

  try {
    await sequence.forward(run(past, vocabSize), 'none');
    const started = now();
    const isOver = () => now() - started > budgetMs;
    for (const [index, width] of measured.entries()) {
      if (isOver() && index >= fewestWidths) break;
      // The first pass of a width compiles kernels and sizes buffers: on a new session it takes many times as long.
      await timePass(width);
      samples[index].push(await timePass(width));
    }
    for (let repeat = 0; repeat < mostRepeats && !isOver(); repeat++) {
      for (const [index, width] of measured.entries()) {
        if (isOver() || samples[index].length === 0) break;
        samples[index].push(await timePass(width));
      }
    }
  } finally {
    sequence.dispose();
  }
  return measured
    .map((tokens, index) => ({ tokens, ms: median(samples[index]) }))
    .filter(({ ms }) => ms !== undefined)
    .sort((a, b) => a.tokens - b.tokens);
}

function run(length: number, vocabSize: number) {
  const ids = Array.from({ length }, (_, index) => tokenId((index * 7919 + 13) % vocabSize));
  return { kind: 'host', length, ids } as const;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
