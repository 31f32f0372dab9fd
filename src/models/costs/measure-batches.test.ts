import { expect, test } from 'vitest';
import type { LogitsHandle, PassBatching, Sequence, TokenRun } from '../causal-model.ts';
import { measureBatches } from './measure-batches.ts';

const vocabSize = 7;

/** Sequences on one clock: a pass over one text takes 10 ms, one over two 12; logits tell the position and the token. */
function timedModel({ offBy = 0 } = {}) {
  let now = 0;
  let open = 0;
  const rowsAt = (at: number, run: TokenRun, off: number): LogitsHandle => {
    if (run.kind !== 'host') throw new Error('a run on the device');
    const data = Float32Array.from(
      run.ids.flatMap((id, index) =>
        Array.from({ length: vocabSize }, (_, entry) => entry * (id + at + index) + off),
      ),
    );
    return {
      kind: 'host',
      rows: run.length,
      width: vocabSize,
      data,
      toHost: async () => data,
      dispose: () => {},
    };
  };
  const lengths = new Map<Sequence, number>();
  const advance = (sequence: Sequence, run: TokenRun) => {
    const at = lengths.get(sequence)!;
    lengths.set(sequence, at + run.length);
    return at;
  };
  const openSequence = () => {
    open++;
    const sequence = {
      get kvLength() {
        return lengths.get(sequence)!;
      },
      async forward(run: TokenRun) {
        now += 10;
        return rowsAt(advance(sequence, run), run, 0);
      },
      rollback: (length: number) => void lengths.set(sequence, length),
      dispose: () => void open--,
    } as Sequence;
    lengths.set(sequence, 0);
    return sequence;
  };
  const batching: PassBatching = {
    pays: () => false,
    async forward(passes) {
      now += 12;
      return passes.map(({ sequence, run }) => rowsAt(advance(sequence, run), run, offBy));
    },
  };
  return { openSequence, batching, now: () => now, stillOpen: () => open };
}

test.each([
  { budgetMs: 1e6, samples: 6 },
  { budgetMs: 0, samples: 3 },
])('with $budgetMs ms it takes $samples samples of every width, together and apart', async (given) => {
  const { openSequence, batching, now, stillOpen } = timedModel();
  const { times, noise } = await measureBatches(openSequence, batching, {
    vocabSize,
    budgetMs: given.budgetMs,
    now,
  });
  expect(times).toEqual(
    [4, 1].map((tokens) => ({
      tokens,
      apartMs: Array(given.samples).fill(20),
      togetherMs: Array(given.samples).fill(12),
    })),
  );
  expect(noise).toEqual({ maxLogitDifference: 0, meanTotalVariation: 0 });
  expect(stillOpen()).toBe(0);
});

test('it tells how far the rows of one pass are from those of a pass each', async () => {
  const { openSequence, batching, now } = timedModel({ offBy: 0.5 });
  const { noise } = await measureBatches(openSequence, batching, { vocabSize, budgetMs: 0, now });
  expect(noise.maxLogitDifference).toBe(0.5);
});

test('an abort ends it, and nothing stays open', async () => {
  const { openSequence, batching, now, stillOpen } = timedModel();
  const aborted = AbortSignal.abort(new Error('enough'));
  const measuring = measureBatches(openSequence, batching, {
    vocabSize,
    budgetMs: 1e6,
    now,
    signal: aborted,
  });
  await expect(measuring).rejects.toThrow('enough');
  expect(stillOpen()).toBe(0);
});
