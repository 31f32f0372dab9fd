import { host } from '#host';
import { tokenId } from '../../tokens/token-id.ts';
import type { PassBatching, Sequence, VerificationNoise } from '../causal-model.ts';
import { difference } from './verification-noise.ts';

/** Tokens fed to each text: what is drawn, and what a score of a short draft takes. */
const widths = [4, 1];
/** Of different lengths, as members' prompts are. */
const pastLengths = [32, 25];
/** Whatever they take: fewer may all have met a busy spell of the machine. */
const enoughSamples = 3;
const maxSamples = 6;

/** Times of feeding `tokens` tokens to each of two texts, in milliseconds, one entry a sample. */
export interface BatchTimes {
  readonly tokens: number;
  /** A pass each, one after the other. */
  readonly apartMs: readonly number[];
  /** One pass over both. */
  readonly togetherMs: readonly number[];
}

export interface MeasuredBatches {
  readonly times: readonly BatchTimes[];
  /** How far logits of one pass over both are from those of a pass each. */
  readonly noise: VerificationNoise;
}

/**
 * Times two texts fed in one pass beside the same fed one after the other, in turns, so that a busy spell of the machine hits
 * both alike. On fresh sequences, which it disposes. Throws the signal's reason once aborted.
 * @param options.budgetMs time after which no further sample is begun, beyond those that are enough
 */
export async function measureBatches(
  openSequence: () => Sequence,
  batching: PassBatching,
  options: {
    readonly vocabSize: number;
    readonly budgetMs: number;
    readonly now: () => number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<MeasuredBatches> {
  const { vocabSize, budgetMs, now, signal } = options;
  const texts = pastLengths.map((past) => ({ past, sequence: openSequence() }));
  const sequences = texts.map(({ sequence }) => sequence);
  const runOf = (text: number, length: number) => {
    const ids = Array.from({ length }, (_, index) => tokenId(((text + index) * 7919 + 13) % vocabSize));
    return { kind: 'host', length, ids } as const;
  };
  const rewind = () => {
    for (const { sequence, past } of texts) sequence.rollback(past);
  };
  const apart = (tokens: number) => async () => {
    const handles = [];
    for (const [text, sequence] of sequences.entries()) {
      handles.push(await sequence.forward(runOf(text, tokens), 'all'));
    }
    return handles;
  };
  const together = (tokens: number) => () =>
    batching.forward(
      sequences.map((sequence, text) => ({ sequence, run: runOf(text, tokens) })),
      'all',
    );
  const time = async (pass: ReturnType<typeof apart> | ReturnType<typeof together>): Promise<number> => {
    await host.nextTask();
    signal?.throwIfAborted();
    const started = now();
    await pass();
    const ms = now() - started;
    rewind();
    return ms;
  };

  try {
    for (const [text, { sequence, past }] of texts.entries())
      await sequence.forward(runOf(text, past), 'none');
    const noises: VerificationNoise[] = [];
    for (const tokens of widths) {
      // The first pass of a width sizes buffers and has code optimised: it counts for its rows alone.
      const one = await rowsOf(apart(tokens));
      const other = await rowsOf(together(tokens));
      noises.push(difference(one, other, one.length / (tokens * texts.length), vocabSize));
    }
    const times = widths.map((tokens) => ({ tokens, apartMs: [] as number[], togetherMs: [] as number[] }));
    let spentMs = 0;
    for (let sample = 0; sample < maxSamples; sample++) {
      for (const { tokens, apartMs, togetherMs } of times) {
        if (sample >= enoughSamples && spentMs > budgetMs) continue;
        apartMs.push(await time(apart(tokens)));
        togetherMs.push(await time(together(tokens)));
        spentMs += apartMs.at(-1)! + togetherMs.at(-1)!;
      }
    }
    const most = (part: keyof VerificationNoise) => Math.max(...noises.map((noise) => noise[part]));
    return {
      times,
      noise: {
        maxLogitDifference: most('maxLogitDifference'),
        meanTotalVariation: most('meanTotalVariation'),
      },
    };
  } finally {
    for (const sequence of sequences) sequence.dispose();
  }

  async function rowsOf(pass: () => Promise<readonly { toHost(): Promise<Float32Array> }[]>) {
    const rows = await Promise.all((await pass()).map((handle) => handle.toHost()));
    rewind();
    return Float32Array.from(rows.flatMap((row) => [...row]));
  }
}
