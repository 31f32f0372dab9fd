import { casesOf } from './plan.ts';
import { nameOf, type PilotReport } from './report.ts';
import { agreementCell } from './report-words.ts';

type Cell = string | number | boolean | null;

/** A line a method: RFC 4180, a header first. */
export function methodsCsv(report: PilotReport): string {
  const header = [
    ...['group', 'method', 'reference', 'finished', 'failed', 'too_short', 'texts_compared'],
    ...['speed_up_lower', 'speed_up_median', 'speed_up_upper', 'predicted_speed_up', 'acceptance_rate'],
    ...['tokens_per_second', 'forwards_per_token', 'draft_forwards_per_token', 'ms_per_token'],
    ...['forwards_saved', 'ms_saved', 'lossless', 'identical_texts', 'compared_texts', 'deviation'],
    ...['agreement', 'fast_enough', 'close_enough', 'recommended'],
  ];
  const { recommendation } = report;
  const rows = report.methods.map((summary): readonly Cell[] => {
    const { group, title } = nameOf(report, summary);
    const { speedUp, saved, texts, verdict, method } = summary;
    const isRecommended =
      recommendation.kind === 'meets' &&
      recommendation.group === summary.group &&
      recommendation.method === method;
    return [
      ...[
        group,
        title,
        method === 0,
        summary.finished,
        summary.failed,
        summary.tooShort,
        speedUp?.count ?? 0,
      ],
      ...[speedUp?.lower ?? null, speedUp?.median ?? null, speedUp?.upper ?? null, summary.predictedSpeedUp],
      ...[summary.acceptanceRate, summary.tokensPerSecond?.median ?? null, summary.forwardsPerToken],
      ...[summary.draftForwardsPerToken, summary.msPerToken, saved?.forwards ?? null, saved?.ms ?? null],
      ...[summary.lossless, texts?.identical ?? null, texts?.compared ?? null, summary.deviation],
      agreementCell(summary),
      ...(method === 0 ? [null, null] : [verdict.isFastEnough, verdict.isCloseEnough]),
      isRecommended,
    ];
  });
  return csv([header, ...rows]);
}

/** A line a run. */
export function runsCsv(report: PilotReport): string {
  const header = [
    ...['case', 'session', 'prompt_number', 'prompt_id', 'prompt', 'repeat', 'seed', 'group', 'method'],
    ...['reference', 'failure', 'tokens', 'finish_reason', 'time_to_first_token_ms', 'tokens_after_first'],
    ...['ms_after_first', 'target_forwards', 'draft_forwards', 'accepted', 'rejected', 'mean_deviation'],
    ...['max_deviation', 'text'],
  ];
  const cases = casesOf(report.plan);
  const rows = report.runs.map((run): readonly Cell[] => {
    const of = cases[run.case];
    const prompt = report.plan.prompts[of.prompt];
    const { group, title } = nameOf(report, of);
    const place = [run.case, run.session, of.prompt + 1, prompt.id, prompt.text, of.repeat + 1];
    const what = [of.request.seed, group, title, of.method === 0];
    if (run.failure) return [...place, ...what, run.failure.code, ...Array<null>(12).fill(null)];
    return [
      ...[...place, ...what, null, run.tokenIds.length, run.finishReason, run.timeToFirstTokenMs],
      ...[run.tokensAfterFirst, run.msAfterFirst, run.targetForwards, run.draftForwards, run.accepted],
      ...[run.rejected, run.deviation?.mean ?? null, run.deviation?.max ?? null, run.text],
    ];
  });
  return csv([header, ...rows]);
}

function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

/**
 * Spreadsheets take a text that begins with one of these for a formula (OWASP, "CSV injection"): an apostrophe before
 * it keeps it a text.
 */
function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
