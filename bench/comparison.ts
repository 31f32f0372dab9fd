import { type Quartiles, quartilesOf, withSpread } from '../src/speed/quartiles.ts';
import type { Cell } from './bench-table.ts';
import { type TokenTime, timeInWords } from './token-time.ts';

/** One decode of a variant in a cell. */
export interface Sample extends Cell {
  readonly variant: string;
  readonly tokens: number;
  readonly tokensPerSecond: number;
  readonly acceptanceRate: number | null;
  readonly tokensPerRound: number | null;
  readonly time: TokenTime;
}

export interface Comparison {
  readonly variant: string;
  readonly tokensPerSecond: Quartiles;
  /** Speed over that of plain decoding in the same cell. */
  readonly ratio: Quartiles;
  readonly acceptanceRate: Quartiles | null;
  readonly tokensPerRound: Quartiles | null;
  /** Means over the samples. */
  readonly time: TokenTime;
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const quartilesIfAny = (values: readonly number[]): Quartiles | null =>
  values.length > 0 ? quartilesOf(values) : null;

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

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
      time: {
        forward: meanOf(own.map(({ time }) => time.forward)),
        sampling: meanOf(own.map(({ time }) => time.sampling)),
        rest: meanOf(own.map(({ time }) => time.rest)),
      },
    };
  });
}

/** The comparisons as a page of Markdown. */
export function comparisonPage(comparisons: readonly Comparison[], maxTokens: number): string {
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
  return `# Plain and speculative decoding, story-base with story-draft

Medians, with the quartiles in brackets. "× plain" compares runs of the same prompt and seed, made one after the
other. Temperature 1, at most ${maxTokens} tokens.

| | tokens/s | × plain | acceptance rate | tokens a round | runs |
|---|---|---|---|---|---|
${rows.map((row) => `| ${row} |`).join('\n')}

Where a token's time goes, in milliseconds: forwards, sampling and judging, all else (text, taking turns, the port to
the page).

| | forward + sampling + rest |
|---|---|
${comparisons.map(({ variant, time }) => `| ${variant} | ${timeInWords(time)} |`).join('\n')}
`;
}
