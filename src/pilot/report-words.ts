import type { TextDifference } from './agreement.ts';
import { casesOf } from './plan.ts';
import { nameOf, type PilotReport } from './report.ts';
import type { MethodSummary } from './summarise.ts';

/*
 * A report in words and short texts: page, terminal and HTML say the same. Plain text, nothing in it is escaped.
 */

type Summary = PilotReport['methods'][number];

export const noValue = '–';

export function timesText(value: number | null | undefined): string {
  return value === null || value === undefined ? noValue : `${value.toFixed(2)}\u00a0×`;
}

export function percentText(share: number | null, digits = 1): string {
  return share === null ? noValue : `${signed(100 * share, digits)}\u00a0%`;
}

/** With a minus that is one, and without one before 0. */
function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** "2.4 s", "3 min", "1 h 5 min". */
export function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function deviationText(deviation: number): string {
  if (deviation === 0) return '0';
  return deviation < 0.0001 ? '< 0.0001' : deviation.toFixed(4);
}

const countText = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** What came of it, in a heading. */
export function headline(report: PilotReport): string {
  const { recommendation } = report;
  const { title, group } = nameOf(report, recommendation);
  switch (recommendation.kind) {
    case 'meets':
      return `Recommended: ${title}, for ${group}`;
    case 'none-meets':
      return `No method meets the criteria; the nearest is ${title}, for ${group}`;
    case 'nothing-measured':
      return 'Nothing to compare yet';
  }
}

/** Why, in a few sentences. */
export function reasons(report: PilotReport): readonly string[] {
  const { recommendation, plan } = report;
  const summary = summaryOf(report, recommendation);
  if (recommendation.kind === 'nothing-measured' || !summary?.speedUp) {
    return [
      'No prompt was finished both by a method and by its reference with a text long enough to measure.',
    ];
  }
  const { speedUp } = summary;
  const reference = plan.groups[recommendation.group].methods[0].title;
  const sentences = [
    `It writes ${timesText(speedUp.median)} as fast as ${reference} (median of ${countText(speedUp.count, 'text')}, ` +
      `the middle half from ${timesText(speedUp.lower)} to ${timesText(speedUp.upper)}).`,
    agreementSentence(summary, plan.repeats),
  ];
  if (recommendation.kind === 'none-meets') {
    const misses = [
      ...(summary.verdict.isFastEnough ? [] : ['too slow']),
      ...(summary.verdict.isCloseEnough ? [] : ['too far from the reference']),
    ];
    const hasOthers = report.methods.filter((method) => method.speedUp !== null).length > 1;
    sentences.push(
      `It is ${misses.join(' and ')}${hasOthers ? ', but misses the criteria by less than the others' : ''}.`,
    );
  } else if (recommendation.meeting > 1) {
    sentences.push(
      recommendation.passedOver.length === 0
        ? `${countText(recommendation.meeting, 'method')} meet the criteria; this one is the fastest.`
        : `${countText(recommendation.meeting, 'method')} meet the criteria; ` +
            `${recommendation.passedOver.map((over) => nameOf(report, over).title).join(' and ')} measured faster by ` +
            `less than 2 %, which is within the noise, but ${passedOverFor(report)}.`,
    );
  }
  if (plan.groups.length > 1) {
    sentences.push(
      'Speeds are compared within one model or combination. Text quality across λ, μ or models is not measured.',
    );
  }
  return [...sentences, ...cautions(report, summary)];
}

function passedOverFor(report: PilotReport): string {
  const { recommendation } = report;
  const chosen = summaryOf(report, recommendation);
  const isLossy = recommendation.passedOver.some((over) => !summaryOf(report, over)?.lossless);
  return isLossy && chosen?.lossless ? 'it is lossy, or drafts more' : 'drafts more';
}

function failures({ runs, plan }: PilotReport, { group, method }: Summary): readonly string[] {
  const cases = casesOf(plan);
  const codes = runs.flatMap(({ failure, case: number }) =>
    failure && cases[number].group === group && cases[number].method === method ? [failure.code] : [],
  );
  const tooLong = codes.filter((code) => code === 'context-full').length;
  const refused = codes.length - tooLong;
  return [
    ...(tooLong > 0 ? [`${countText(tooLong, 'prompt')} did not fit into the context.`] : []),
    ...(refused > 0
      ? [`${countText(refused, 'chat was', 'chats were')} refused by the model’s template.`]
      : []),
  ];
}

/** What makes the numbers weaker than they look. */
function cautions(report: PilotReport, summary: Summary): readonly string[] {
  const { runs, planned, criteria } = report;
  const sessions = new Set(runs.map(({ session }) => session)).size;
  const { speedUp } = summary;
  return [
    ...(runs.length < planned ? [`The pilot is not finished: ${runs.length} of ${planned} runs.`] : []),
    ...(speedUp && speedUp.median >= criteria.minSpeedUp && speedUp.lower < criteria.minSpeedUp
      ? [`A quarter of the texts stayed below ${timesText(speedUp.lower)}.`]
      : []),
    ...(speedUp && speedUp.count < 10
      ? [`${countText(speedUp.count, 'text')} is a small sample: use at least 20 prompts.`]
      : []),
    ...(summary.tooShort > 0
      ? [`${countText(summary.tooShort, 'text was', 'texts were')} too short to measure a speed.`]
      : []),
    ...failures(report, summary),
    ...(sessions > 1 ? [`It ran in ${sessions} sessions; conditions may differ between them.`] : []),
  ];
}

/** How a method's text relates to the reference's, in a sentence. */
export function agreementSentence({ texts, measured, lossless }: MethodSummary, repeats: number): string {
  const parts: string[] = [];
  if (texts) {
    parts.push(
      texts.identical === texts.compared
        ? `All ${texts.compared} texts are the reference’s, token for token.`
        : `${texts.identical} of ${texts.compared} texts are the reference’s, token for token; ${firstOf(texts.differences, repeats)}.`,
    );
  }
  if (!lossless) {
    parts.push(
      measured
        ? `Its total variation from the distribution asked for was measured as ${deviationText(measured.mean)} a position ` +
            `on average, ${deviationText(measured.max)} at most.`
        : 'It is lossy, but no proposal was verified, so its deviation is unknown.',
    );
  } else if (!texts) {
    parts.push(
      'Its text follows the reference’s distribution exactly, by construction; texts differ as draws do.',
    );
  }
  return parts.join(' ');
}

function firstOf(differences: readonly TextDifference[], repeats: number): string {
  const [{ position, prompt, repeat }] = differences;
  const seed = repeats > 1 ? `, seed ${repeat + 1}` : '';
  return `the first difference is at token ${position + 1} of prompt ${prompt + 1}${seed}`;
}

/** The same, for the cell of a table. */
export function agreementCell({ method, texts, measured, lossless }: MethodSummary): string {
  if (method === 0) return 'reference';
  const shares = [
    ...(texts ? [`${texts.identical} of ${texts.compared} identical`] : []),
    ...(measured ? [`TV ${deviationText(measured.mean)} (max ${deviationText(measured.max)})`] : []),
  ];
  if (shares.length > 0) return shares.join(', ');
  return lossless ? 'exact by construction' : noValue;
}

export function verdictCell({ method, speedUp, verdict }: Summary): string {
  if (method === 0) return noValue;
  if (!speedUp) return 'not measured';
  const misses = [
    ...(verdict.isFastEnough ? [] : ['too slow']),
    ...(verdict.isCloseEnough ? [] : ['too far off']),
  ];
  return misses.length === 0 ? 'meets both' : misses.join(', ');
}

export interface Column {
  readonly title: string;
  /** What stands in it, for those who read the table for the first time. */
  readonly meaning: string;
  readonly cell: (summary: Summary) => string;
}

export const columns: readonly Column[] = [
  {
    title: 'Speed-up',
    meaning:
      'tokens per second over those of the reference on the same prompt with the same seed; median (quartiles)',
    cell: ({ method, speedUp }) =>
      method === 0
        ? '1'
        : speedUp
          ? `${timesText(speedUp.median)} (${speedUp.lower.toFixed(2)}–${speedUp.upper.toFixed(2)})`
          : noValue,
  },
  { title: 'Criteria', meaning: 'what was asked for', cell: verdictCell },
  {
    title: 'Agreement',
    meaning:
      'at temperature 0 and under coupled: texts that are the reference’s, token for token; under a lossy criterion: measured total variation a position; else exact by construction',
    cell: agreementCell,
  },
  {
    title: 'Accepted',
    meaning: 'proposals accepted ÷ proposals judged, over all runs',
    cell: ({ acceptanceRate }) => percentText(acceptanceRate),
  },
  {
    title: 'Time saved',
    meaning: 'milliseconds saved relative to the reference, for the same number of tokens; share',
    cell: ({ saved }) =>
      saved ? `${signed(saved.ms, 0)} ms (${percentText(saved.ms / saved.referenceMs, 0)})` : noValue,
  },
  {
    title: 'Forwards saved',
    meaning: 'passes saved relative to the reference, for the same number of tokens; share',
    cell: ({ saved }) =>
      saved
        ? `${signed(saved.forwards, 0)} (${percentText(saved.forwards / saved.referenceForwards, 0)})`
        : noValue,
  },
  {
    title: 'Forwards per token',
    meaning: 'passes of the models that every token follows; + those of a draft model',
    cell: ({ forwardsPerToken, draftForwardsPerToken }) =>
      forwardsPerToken === null
        ? noValue
        : `${forwardsPerToken.toFixed(2)}${draftForwardsPerToken ? ` + ${draftForwardsPerToken.toFixed(2)}` : ''}`,
  },
  {
    title: 'Tokens/s',
    meaning: 'after the first token, median over the texts',
    cell: ({ tokensPerSecond }) => tokensPerSecond?.median.toFixed(1) ?? noValue,
  },
  {
    title: 'Predicted',
    meaning: 'predicted from acceptance rates and measured pass times; median',
    cell: ({ predictedSpeedUp }) => timesText(predictedSpeedUp),
  },
];

export function criteriaText({ criteria }: Pick<PilotReport, 'criteria'>): string {
  return `at least ${criteria.minSpeedUp} × the speed of the reference (median), at most ${criteria.maxDeviation} off its distribution (mean total variation a position)`;
}

/** How the runs were made, in a sentence. */
export function circumstancesText({ plan, environment, runs, planned }: PilotReport): string {
  const { sampling = {}, maxTokens = 200, seed } = plan.request;
  const truncation = [
    ...(sampling.topK ? [`top-k ${sampling.topK}`] : []),
    ...(sampling.topP !== undefined && sampling.topP < 1 ? [`top-p ${sampling.topP}`] : []),
    ...(sampling.minP ? [`min-p ${sampling.minP}`] : []),
  ];
  const backend = environment.models.some((model) => model.backend === 'webgpu')
    ? 'WebGPU'
    : `WebAssembly, ${countText(environment.threads, 'thread')}`;
  return [
    `${countText(plan.prompts.length, 'prompt')}${plan.repeats > 1 ? ` × ${plan.repeats} seeds` : ''}`,
    `${runs.length === planned ? '' : `${runs.length} of `}${countText(planned, 'run')}`,
    `temperature ${sampling.temperature ?? 1}`,
    ...truncation,
    `at most ${maxTokens} tokens`,
    `seeds from ${seed}`,
    backend,
  ].join(' · ');
}

export function summaryOf(
  report: PilotReport,
  { group, method }: { readonly group: number; readonly method: number },
): Summary | undefined {
  return report.methods.find((summary) => summary.group === group && summary.method === method);
}
