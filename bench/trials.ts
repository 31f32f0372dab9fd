import type { DecodeResult } from '../src/engine/engine-api.ts';
import type { DecodeMethod, DecodeRequest } from '../src/engine/request-types.ts';
import { type Bench, enoughTokens } from './bench-table.ts';

/** One decode, and the same request by the reference method just before and just after. */
export interface Trial {
  readonly result: DecodeResult;
  readonly reference: readonly [DecodeResult, DecodeResult];
}

/** A way to decode that is compared with the reference. */
export interface Variant {
  readonly name: string;
  readonly method: DecodeMethod;
  readonly reference: DecodeMethod;
}

/** What every variant decodes. */
export type TrialRequest = Omit<DecodeRequest, 'method'> & { readonly seed: number };

export const speedOf = ({ stats }: DecodeResult): number => stats.tokensPerSecond ?? Number.NaN;

/** Tokens per second over the mean of those of the reference around it: what drifts slowly cancels out. */
export const ratioOf = ({ result, reference }: Trial): number =>
  speedOf(result) / ((speedOf(reference[0]) + speedOf(reference[1])) / 2);

/**
 * Reference, variant, reference, variant … reference, for each request, in one from the first variant to the last and
 * in the next backwards. Each variant decodes a few tokens uncounted before. Texts that end too early are left out.
 */
export async function measureTrials(
  title: string,
  variants: readonly Variant[],
  requests: readonly TrialRequest[],
  { decode, log }: Pick<Bench, 'decode' | 'log'>,
): Promise<Map<Variant, Trial[]>> {
  const trials = new Map<Variant, Trial[]>(variants.map((variant) => [variant, []]));
  for (const { method } of variants) await decode({ ...requests[0], method, maxTokens: 8 });
  for (const [index, request] of requests.entries()) {
    let last: { readonly method: string; readonly result: DecodeResult } | null = null;
    for (const variant of index % 2 === 0 ? variants : variants.toReversed()) {
      const method = JSON.stringify(variant.reference);
      const referenceRequest = { ...request, method: variant.reference };
      const before = last?.method === method ? last.result : await decode(referenceRequest);
      const result = await decode({ ...request, method: variant.method });
      const after = await decode(referenceRequest);
      last = { method, result: after };
      if ([before, result, after].some(({ stats }) => stats.tokens <= enoughTokens)) continue;
      const trial: Trial = { result, reference: [before, after] };
      trials.get(variant)?.push(trial);
      log(`${ratioOf(trial).toFixed(2).padStart(6)} ×  ${title}: ${variant.name}, seed ${request.seed}`);
    }
  }
  return trials;
}
