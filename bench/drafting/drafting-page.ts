import { withSpread } from '../../src/speed/quartiles.ts';
import type { DraftingRow } from './drafting-rows.ts';

export interface MeasuredDrafting {
  readonly title: string;
  /** What the best row is to reach at least; null where only the rows' own bar counts. */
  readonly minBest: number | null;
  /** What every adaptive row is to reach at least. */
  readonly minAdaptive: number;
  readonly rows: readonly DraftingRow[];
}

/** How the columns are to be read. */
export const draftingColumnsInWords = `"× plain" compares tokens/s with those of the plain decodes of the same prompt, seed and temperature made just before and
just after: medians, with the quartiles in brackets. γ is the mean length asked for. A round brings so many tokens and costs so
much, in passes of the target over one token: for its drafts (γ·c), and for the score (t(γ+1) ÷ t(1)). "Predicted" is what
the formula makes of α and t(k), for drafters that always find γ tokens. "Limit" names what holds the speed-up back most, and
what it would be without: rejections or nothing found (α), the cost of drafts (c), of the wide pass (t(γ+1)), or all that is
no forward (rest).`;

/** A section as Markdown: a table, and what became of its bars. */
export function draftingSectionInWords({ title, minBest, minAdaptive, rows }: MeasuredDrafting): string {
  const lines = rows.map((row) =>
    [
      row.name,
      withSpread(row.tokensPerSecond, 1),
      withSpread(row.ratio, 2),
      withSpread(row.predicted, 2),
      row.acceptanceRate?.toFixed(2) ?? '–',
      row.draftLength.toFixed(1),
      row.tokensPerRound.toFixed(2),
      row.draftCost.toFixed(2),
      row.scoreCost.toFixed(2),
      `${row.limit.factor}: ${row.limit.without.toFixed(2)}`,
      String(row.ratio.count),
    ].join(' | '),
  );
  return `## ${title}

| | tokens/s | × plain | predicted | α | γ | tokens a round | drafts | score | limit | runs |
|---|---|---|---|---|---|---|---|---|---|---|
${lines.map((line) => `| ${line} |`).join('\n')}

${barsInWords(minBest, minAdaptive, rows)}`;
}

function barsInWords(minBest: number | null, minAdaptive: number, rows: readonly DraftingRow[]): string {
  const verdict = ({ name, ratio }: DraftingRow, atLeast: number): string =>
    `${name}: ${ratio.median.toFixed(2)}, ${ratio.median >= atLeast ? 'met' : 'missed'}`;
  const best = rows.reduce((fastest, row) => (row.ratio.median > fastest.ratio.median ? row : fastest));
  const adaptive = rows.filter(({ name }) => name.includes('adaptive'));
  return [
    ...(minBest === null ? [] : [`Best ≥ ${minBest}: ${verdict(best, minBest)}.`]),
    ...adaptive.map((row) => `Adaptive ≥ ${minAdaptive}: ${verdict(row, minAdaptive)}.`),
  ].join(' ');
}
