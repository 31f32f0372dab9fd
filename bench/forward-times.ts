import type { DecodeResult } from '../src/engine/engine-api.ts';
import type { ForwardCosts } from '../src/models/forward-costs.ts';

/** Fewer forwards of a width than this say little about its cost. */
const enoughForwards = 3;

/** Collects the times of forwards by member and width, the prefill left out. */
export class ForwardTimes {
  /** msByWidth[member]: width -> times. */
  readonly #msByWidth: Map<number, number[]>[];

  constructor(memberCount: number) {
    this.#msByWidth = Array.from({ length: memberCount }, () => new Map());
  }

  add({ rounds }: Pick<DecodeResult, 'rounds'>): void {
    for (const { kind, member, tokens, ms } of rounds.flatMap(({ forwards }) => forwards)) {
      if (kind === 'prefill') continue;
      const times = this.#msByWidth[member].get(tokens) ?? [];
      times.push(ms);
      this.#msByWidth[member].set(tokens, times);
    }
  }

  /**
   * Median t(k) of each member at the widths seen often enough, ascending [members]. Where none was, those seen at all
   * stand in.
   */
  costs(): ForwardCosts[] {
    return this.#msByWidth.map((byWidth) => {
      const seen = [...byWidth];
      const often = seen.filter(([, times]) => times.length >= enoughForwards);
      return (often.length > 0 ? often : seen)
        .map(([tokens, times]) => ({ tokens, ms: median(times) }))
        .sort((left, right) => left.tokens - right.tokens);
    });
  }
}

/**
 * t(1), t(2) and t(3): "5.4 5.9 6.5". A width that is not among `costs` has what was measured when the model was
 * loaded, with a star ("5.4 5.9 6.5*"), or a dash where that is not known.
 */
export function timesInWords(costs: ForwardCosts, atLoad: ForwardCosts = []): string {
  const timeOf = (of: ForwardCosts, tokens: number) =>
    of.find((cost) => cost.tokens === tokens)?.ms.toFixed(1);
  return [1, 2, 3]
    .map((tokens) => {
      const loaded = timeOf(atLoad, tokens);
      return timeOf(costs, tokens) ?? (loaded === undefined ? '–' : `${loaded}*`);
    })
    .join(' ');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[sorted.length >> 1];
}
