import { expectedText } from './expected.ts';
import { casePlaces, seedOf } from './plan.ts';
import { isRecommended, nameOf, type PilotReport } from './report.ts';
import { agreementCell } from './report-words.ts';

type Cell = string | number | boolean | null;

/** A line a method: RFC 4180, a header first. */
export function methodsCsv(report: PilotReport): string {
  const header = [
    ...['group', 'method', 'reference', 'finished', 'failed', 'too_short', 'texts_compared'],
    ...['speed_up_lower', 'speed_up_median', 'speed_up_upper', 'speed_up_min', 'speed_up_max'],
    ...['speed_up_outcome', 'predicted_speed_up', 'acceptance_rate'],
    ...['tokens_per_second', 'forwards_per_token', 'draft_forwards_per_token', 'ms_per_token'],
    ...['forwards_saved', 'ms_saved', 'lossless', 'identical_texts', 'compared_texts', 'deviation'],
    ...['agreement', 'pass_rate', 'pass_rate_lower', 'pass_rate_upper', 'passed', 'judged'],
    ...['only_method_passes', 'only_reference_passes', 'pass_difference', 'pass_difference_lower'],
    ...['pass_difference_upper', 'cost_per_token', 'cost_ratio'],
    ...['fast_enough', 'close_enough', 'same_enough', 'good_enough', 'recommended'],
  ];
  const rows = report.methods.map((summary): readonly Cell[] => {
    const { group, title } = nameOf(report, summary);
    const { speedUp, saved, texts, verdict, method, passRate, passes, cost } = summary;
    const verdicts = [
      verdict.isFastEnough,
      verdict.isCloseEnough,
      verdict.isSameEnough,
      verdict.isGoodEnough,
    ];
    return [
      ...[
        group,
        title,
        method === 0,
        summary.finished,
        summary.failed,
        summary.tooShort,
        speedUp?.pairs ?? 0,
      ],
      ...[speedUp?.lower ?? null, speedUp?.median ?? null, speedUp?.upper ?? null, speedUp?.min ?? null],
      ...[speedUp?.max ?? null, speedUp?.outcome ?? null, summary.predictedSpeedUp],
      ...[summary.acceptanceRate, summary.tokensPerSecond?.median ?? null, summary.forwardsPerToken],
      ...[summary.draftForwardsPerToken, summary.msPerToken, saved?.forwards ?? null, saved?.ms ?? null],
      ...[summary.lossless, texts?.identical ?? null, texts?.compared ?? null, summary.deviation],
      agreementCell(summary),
      ...[passRate?.rate ?? null, passRate?.lower ?? null, passRate?.upper ?? null],
      ...[passRate?.passed ?? null, passRate?.judged ?? null],
      ...[passes?.onlyMethod ?? null, passes?.onlyReference ?? null, passes?.difference.value ?? null],
      ...[passes?.difference.lower ?? null, passes?.difference.upper ?? null],
      ...[cost?.perToken ?? null, cost?.ratio ?? null],
      ...verdicts.map((each) => (method === 0 ? null : each)),
      isRecommended(report, summary),
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
    ...['max_deviation', 'expected', 'passed', 'text'],
  ];
  const placeOf = casePlaces(report.plan);
  const rows = report.runs.map((run): readonly Cell[] => {
    const of = placeOf(run.case);
    const prompt = report.plan.prompts[of.prompt];
    const { group, title } = nameOf(report, of);
    const place = [run.case, run.session, of.prompt + 1, prompt.id, prompt.text, of.repeat + 1];
    const what = [seedOf(report.plan, of), group, title, of.method === 0];
    const expected = prompt.expected === undefined ? null : expectedText(prompt.expected);
    if (run.failure) {
      return [...place, ...what, run.failure.code, ...Array<null>(11).fill(null), expected, null, null];
    }
    return [
      ...[...place, ...what, null, run.tokenIds.length, run.finishReason, run.timeToFirstTokenMs],
      ...[run.tokensAfterFirst, run.msAfterFirst, run.targetForwards, run.draftForwards, run.accepted],
      ...[run.rejected, run.deviation?.mean ?? null, run.deviation?.max ?? null],
      ...[expected, run.passed, run.text],
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
