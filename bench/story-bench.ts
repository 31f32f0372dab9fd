import type { DecodeRequest } from '../src/engine/decode-request.ts';
import type { DecodeResult } from '../src/engine/engine-api.ts';

/** A way to decode; all are compared with the first, plain decoding. */
export interface Variant {
  readonly name: string;
  readonly method: DecodeRequest['method'];
}

/** One prompt with one seed: every variant runs in it, close in time. */
export interface Cell {
  readonly prompt: string;
  readonly seed: number;
}

export interface Sample extends Cell {
  readonly variant: string;
  readonly tokens: number;
  readonly tokensPerSecond: number;
  readonly acceptanceRate: number | null;
  readonly tokensPerRound: number | null;
}

const target = 'story-base';
const draft = 'story-draft';

export const models = [target, draft];

export const variants: readonly Variant[] = [
  { name: 'plain', method: { kind: 'plain', model: target } },
  ...[2, 4, 6].map((draftLength) => ({
    name: `draft model, γ = ${draftLength}`,
    method: {
      kind: 'speculative' as const,
      target,
      drafter: { kind: 'model' as const, model: draft, draftLength },
    },
  })),
  {
    name: 'n-gram, γ = 4',
    method: { kind: 'speculative', target, drafter: { kind: 'ngram', draftLength: 4 } },
  },
];

const prompts = [
  'Once upon a time',
  'Long ago',
  'Far out in space, a shy robot',
  'In the year 3000',
  'One spring morning',
  'A thousand light years away',
];

export function cellsOf(quick: boolean): Cell[] {
  const seeds = quick ? [1] : [1, 2, 3];
  return seeds.flatMap((seed) =>
    prompts.slice(0, quick ? 2 : prompts.length).map((prompt) => ({ prompt, seed })),
  );
}

/** Fewer tokens than this after the first say more of the clock than of the engine. */
const enoughTokens = 16;

/**
 * Runs every variant in every cell, forwards in one cell and backwards in the next: a machine that gets slower or
 * faster meanwhile does so to all. The first cell is run once before, uncounted.
 */
export async function measure(
  cells: readonly Cell[],
  maxTokens: number,
  decode: (request: DecodeRequest) => Promise<DecodeResult>,
  onSample: (sample: Sample) => void,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const { method } of variants) await decode({ prompt: prompts[0], seed: 0, maxTokens: 40, method });
  for (const [index, cell] of cells.entries()) {
    for (const { name, method } of index % 2 === 0 ? variants : variants.toReversed()) {
      const { stats } = await decode({ ...cell, maxTokens, method });
      if (stats.tokensPerSecond === null || stats.tokens <= enoughTokens) continue;
      const { tokens, tokensPerSecond, acceptanceRate, tokensPerRound } = stats;
      const sample = { ...cell, variant: name, tokens, tokensPerSecond, acceptanceRate, tokensPerRound };
      samples.push(sample);
      onSample(sample);
    }
  }
  return samples;
}
