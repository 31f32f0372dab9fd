import type { DecodeMethod } from '../src/engine/request-types.ts';
import { type Bench, type BenchTable, cellsOf, enoughTokens } from './bench-table.ts';
import { compare, comparisonPage, type Sample } from './comparison.ts';
import { tokenTimeOf } from './token-time.ts';

/** A way to decode; all are compared with the first, plain decoding. */
interface Variant {
  readonly name: string;
  readonly method: DecodeMethod;
}

const target = 'story-base';
const draft = 'story-draft';

const variants: readonly Variant[] = [
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

/** Plain and speculative decoding of the story models. */
export const speculativeTable: BenchTable = {
  name: 'speculative',
  models: [target, draft],
  async measure(bench) {
    const maxTokens = bench.quick ? 60 : 150;
    const samples = await samplesOf(bench, maxTokens);
    const comparisons = compare(samples, variants[0].name);
    return { markdown: comparisonPage(comparisons, maxTokens), data: { maxTokens, comparisons, samples } };
  },
};

/**
 * Runs every variant in every cell, forwards in one cell and backwards in the next: a machine that gets slower or
 * faster meanwhile does so to all. The first cell is run once before, uncounted.
 */
async function samplesOf({ quick, decode, log }: Bench, maxTokens: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const cells = quick ? cellsOf(2, 1) : cellsOf(6, 3);
  for (const { method } of variants) await decode({ ...cells[0], seed: 0, maxTokens: 40, method });
  for (const [index, cell] of cells.entries()) {
    for (const { name, method } of index % 2 === 0 ? variants : variants.toReversed()) {
      const result = await decode({ ...cell, maxTokens, method });
      const { stats } = result;
      if (stats.tokensPerSecond === null || stats.tokens <= enoughTokens) continue;
      const { tokens, tokensPerSecond, acceptanceRate, tokensPerRound } = stats;
      const time = tokenTimeOf([result]);
      samples.push({ ...cell, variant: name, tokens, tokensPerSecond, acceptanceRate, tokensPerRound, time });
      log(`${tokensPerSecond.toFixed(1).padStart(7)} tokens/s  ${name}  "${cell.prompt}", seed ${cell.seed}`);
    }
  }
  return samples;
}
