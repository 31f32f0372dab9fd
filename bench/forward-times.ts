import type { DecodeResult } from '../src/engine/engine-api.ts';
import type { ForwardCosts } from '../src/models/forward-costs.ts';

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

  /** Median t(k) of each member at the widths seen, ascending [members]. */
  costs(): ForwardCosts[] {
    return this.#msByWidth.map((byWidth) =>
      [...byWidth]
        .map(([tokens, times]) => ({ tokens, ms: median(times) }))
        .sort((left, right) => left.tokens - right.tokens),
    );
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[sorted.length >> 1];
}
