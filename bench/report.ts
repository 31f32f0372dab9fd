import { type Quartiles, quartilesOf } from './quartiles.ts';
import type { Sample } from './story-bench.ts';

/** Where and with what a bench ran. */
export interface Circumstances {
  readonly date: string;
  readonly machine: string;
  readonly cores: number;
  /** Average number of processes that wanted a core in the last minute, before and after the bench. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly browser: string;
  readonly backend: string;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly maxTokens: number;
}

export interface Comparison {
  readonly variant: string;
  readonly tokensPerSecond: Quartiles;
  /** Speed over that of plain decoding in the same cell. */
  readonly ratio: Quartiles;
  readonly acceptanceRate: Quartiles | null;
  readonly tokensPerRound: Quartiles | null;
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const quartilesIfAny = (values: readonly number[]): Quartiles | null =>
  values.length > 0 ? quartilesOf(values) : null;

/** Each variant against `base`, cell by cell. Variants without a sample in a cell that `base` has are left out. */
export function compare(samples: readonly Sample[], base: string): Comparison[] {
  const cellOf = ({ prompt, seed }: Sample): string => `${seed} ${prompt}`;
  const baseSpeed = new Map(
    samples
      .filter(({ variant }) => variant === base)
      .map((sample) => [cellOf(sample), sample.tokensPerSecond]),
  );
  return [...new Set(samples.map(({ variant }) => variant))].flatMap((variant) => {
    const own = samples.filter((sample) => sample.variant === variant && baseSpeed.has(cellOf(sample)));
    if (own.length === 0) return [];
    return {
      variant,
      tokensPerSecond: quartilesOf(own.map(({ tokensPerSecond }) => tokensPerSecond)),
      ratio: quartilesOf(
        own.map((sample) => sample.tokensPerSecond / (baseSpeed.get(cellOf(sample)) ?? Number.NaN)),
      ),
      acceptanceRate: quartilesIfAny(known(own.map(({ acceptanceRate }) => acceptanceRate))),
      tokensPerRound: quartilesIfAny(known(own.map(({ tokensPerRound }) => tokensPerRound))),
    };
  });
}

function withSpread(quartiles: Quartiles | null, digits: number): string {
  if (!quartiles) return '–';
  const { median, lower, upper } = quartiles;
  return `${median.toFixed(digits)} (${lower.toFixed(digits)}–${upper.toFixed(digits)})`;
}

/** The bench as a page of Markdown. */
export function markdownOf(comparisons: readonly Comparison[], where: Circumstances): string {
  const rows = comparisons.map(({ variant, tokensPerSecond, ratio, acceptanceRate, tokensPerRound }) =>
    [
      variant,
      withSpread(tokensPerSecond, 1),
      withSpread(ratio, 2),
      withSpread(acceptanceRate, 3),
      withSpread(tokensPerRound, 2),
      String(tokensPerSecond.count),
    ].join(' | '),
  );
  const versions = Object.entries(where.versions).map(([name, version]) => `${name} ${version}`);
  return `# Plain and speculative decoding, story-base with story-draft

Medians, with the quartiles in brackets. "× plain" compares runs of the same prompt and seed, made one after the
other. Temperature 1, at most ${where.maxTokens} tokens.

| | tokens/s | × plain | acceptance rate | tokens a round | runs |
|---|---|---|---|---|---|
${rows.map((row) => `| ${row} |`).join('\n')}

- ${where.date}; ${where.machine}, ${where.cores} cores; ${where.browser}, ${where.backend}, ${where.threads} threads
- ${versions.join(', ')}
- load ${where.loadBefore.toFixed(1)} before and ${where.loadAfter.toFixed(1)} after; above the threads in use, others had a share of the machine
`;
}
