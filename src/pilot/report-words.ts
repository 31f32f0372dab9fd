import { hasEnoughPairs, type MeasuredSpeedUp, minPairs } from '../speed/speed-up.ts';
import { callsText, factorText, rangeText, speedVerdict, spreadText } from '../speed/speed-words.ts';
import type { TextDifference } from './agreement.ts';
import { presetOf } from './criteria.ts';
import type { PassRate } from './pass-rates.ts';
import type { Recommendation } from './recommend.ts';
import { nameOf, type PilotReport } from './report.ts';
import type { MethodSummary } from './summarise.ts';

/*
 * A report in words and short texts: page, terminal and HTML say the same. Plain text, nothing in it is escaped.
 */

type Summary = PilotReport['methods'][number];

export const noValue = '–';

export function timesText(value: number | null | undefined): string {
  return value === null || value === undefined ? noValue : factorText(value);
}

/** "1.45 × (7 pairs, 1.31 to 1.66 ×)", or how many pairs there are where they are too few to name it. */
export function speedUpCell(speedUp: MeasuredSpeedUp | null): string {
  if (speedUp === null) return noValue;
  return hasEnoughPairs(speedUp)
    ? `${factorText(speedUp.median)} (${rangeText(speedUp)})`
    : notEnoughPairs(speedUp);
}

/** Beneath a method in the chart: "median of 7 pairs, 1.31 to 1.66 ×". */
export function speedUpDetail(speedUp: MeasuredSpeedUp): string {
  return hasEnoughPairs(speedUp) ? spreadText(speedUp) : notEnoughPairs(speedUp);
}

const notEnoughPairs = ({ pairs }: MeasuredSpeedUp): string => `not enough pairs (${pairs} of ${minPairs})`;

/** Only these are praised for their speed. */
export const isFaster = ({ speedUp }: Pick<MethodSummary, 'speedUp'>): boolean =>
  speedUp?.outcome === 'faster';

export function percentText(share: number | null, digits = 1): string {
  return share === null ? noValue : `${signed(100 * share, digits)}\u00a0%`;
}

/** With a minus that is one, and without a sign before 0. */
function signed(value: number, digits: number, plus = ''): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? '−' : plus}${text}`;
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

/** What came of it, in a heading: of each group where there is one, else how many have a method to recommend. */
export function headline(report: PilotReport): string {
  const { recommendations } = report;
  const [only, ...others] = recommendations;
  if (others.length === 0) return groupHeadline(report, only);
  const meeting = recommendations.filter(({ kind }) => kind === 'meets').length;
  if (recommendations.every(({ kind }) => kind === 'nothing-measured')) return 'Nothing to compare yet';
  const undecided = recommendations.filter(({ kind }) => kind === 'undecided').length;
  const open =
    undecided > 0 ? `; ${undecided} ${undecided === 1 ? 'has' : 'have'} not enough pairs to say` : '';
  return `${meeting} of ${recommendations.length} groups have a method that meets the criteria${open}`;
}

/** What came of one group, in a heading. */
export function groupHeadline(report: PilotReport, recommendation: Recommendation): string {
  const { title, group } = nameOf(report, recommendation);
  switch (recommendation.kind) {
    case 'meets':
      return `Recommended${toneOf(report, recommendation) === 'faster' ? '' : ', but not for speed'}: ${title}, for ${group}`;
    case 'undecided':
      return `Not enough pairs to say which method meets the criteria; the nearest so far is ${title}, for ${group}`;
    case 'none-meets':
      return `No method meets the criteria; the nearest is ${title}, for ${group}`;
    case 'nothing-measured':
      return `Nothing to compare yet for ${group}`;
  }
}

/** How a group's card is coloured: success is for methods that are faster. */
export function toneOf(report: PilotReport, recommendation: Recommendation): 'faster' | 'unmet' | 'neutral' {
  if (recommendation.kind === 'none-meets') return 'unmet';
  const summary = summaryOf(report, recommendation);
  return recommendation.kind === 'meets' && summary && isFaster(summary) ? 'faster' : 'neutral';
}

/** What the groups' own tables cannot be read for: each is relative to a reference of its own. */
export function groupsText({ plan }: Pick<PilotReport, 'plan'>): string | null {
  if (plan.groups.length === 1) return null;
  return (
    'Each group follows another distribution: speed-ups and losses are relative to the reference of the group. ' +
    (hasExpectations(plan)
      ? 'Pass rates, speeds and costs can be compared across groups.'
      : 'Text quality across groups is not measured, because no prompt has an expectation.')
  );
}

/** A line for each group: its recommended or nearest method; null where there is one group. */
export function overview(
  report: PilotReport,
): { readonly titles: readonly string[]; readonly rows: readonly (readonly string[])[] } | null {
  if (report.plan.groups.length === 1) return null;
  const shown = columnsOf(report).filter(({ title }) => acrossGroups.has(title));
  return {
    titles: ['Group', 'Method', 'Criteria', ...shown.map(({ title }) => title)],
    rows: report.recommendations.flatMap((recommendation) => {
      const { group, title } = nameOf(report, recommendation);
      const summary = summaryOf(report, recommendation);
      if (!summary) return [];
      const cells = shown.map(({ cell }) => cell(summary));
      return [[group, title, verdictCell(summary), ...cells]];
    }),
  };
}

const acrossGroups: ReadonlySet<string> = new Set(['Pass rate', 'Cost per token', 'Tokens/s']);

const hasExpectations = ({ prompts }: PilotReport['plan']): boolean =>
  prompts.some(({ expected }) => expected !== undefined);

/** Why, in a few sentences. */
export function reasons(report: PilotReport, recommendation: Recommendation): readonly string[] {
  const { plan } = report;
  const summary = summaryOf(report, recommendation);
  if (recommendation.kind === 'nothing-measured' || !summary?.speedUp) {
    return [
      'No prompt was finished both by a method and by its reference with a text long enough to measure.',
    ];
  }
  const sentences = [
    ...speedSentences(report, summary),
    agreementSentence(summary, plan.repeats),
    ...qualitySentences(report, summary),
    ...costSentences(report, summary),
  ];
  if (recommendation.kind === 'none-meets') {
    const hasOthers =
      report.methods.filter(({ group, speedUp: any }) => group === summary.group && any !== null).length > 1;
    sentences.push(
      `It is ${missesOf(summary).join(' and ')}${hasOthers ? ', but misses the criteria by less than the others' : ''}.`,
    );
  } else if (recommendation.meeting > 1) {
    const lead = isFaster(summary) ? 'is the fastest' : 'has the highest median speed';
    sentences.push(
      recommendation.passedOver.length === 0
        ? `${countText(recommendation.meeting, 'method')} meet the criteria; this one ${lead}.`
        : `${countText(recommendation.meeting, 'method')} meet the criteria; ` +
            `${recommendation.passedOver.map((over) => nameOf(report, over).title).join(' and ')} measured faster by ` +
            `less than 2 %, which is within the noise, but ${passedOverFor(report, recommendation)}.`,
    );
  }
  return [...sentences, ...cautions(report, summary)];
}

/** The page's words on the same numbers; model calls lead until there are enough pairs. */
function speedSentences({ plan }: PilotReport, summary: Summary): readonly string[] {
  const { group, method, speedUp, saved } = summary;
  const calls = saved
    ? [
        `${callsText({
          calls: Math.round(saved.referenceForwards - saved.forwards),
          referenceCalls: Math.round(saved.referenceForwards),
          draftCalls: saved.draftForwards,
        })}.`,
      ]
    : [];
  const verdict = speedVerdict(speedUp, plan.groups[group].methods[method].method, { kind: 'reference' });
  if (!speedUp || !verdict) {
    const pairs = speedUp?.pairs ?? 0;
    return [
      ...calls,
      `Not enough pairs to say how fast it is: ${countText(pairs, 'text was', 'texts were')} compared with the reference’s, ${minPairs} are needed.`,
    ];
  }
  const { isFaster: isLed, factor, words, advice } = verdict;
  return [
    `${isLed ? `${factor} ` : ''}${words} (${spreadText(speedUp)}).`,
    ...(advice === null ? [] : [advice]),
    ...calls,
  ];
}

/** What is known to be missed. */
function missesOf({ verdict, speedUp }: Summary): readonly string[] {
  const slow = speedUp?.outcome === 'open' ? 'not clearly faster' : 'too slow';
  return [
    ...(verdict.isFastEnough || !hasEnoughPairs(speedUp) ? [] : [slow]),
    ...(verdict.isCloseEnough ? [] : ['too far from the reference']),
    ...(verdict.isSameEnough ? [] : ['too often another text']),
    ...(verdict.isGoodEnough ? [] : ['too low in its pass rate']),
  ];
}

/** How many texts are what was expected, beside the reference; nothing where nothing was. */
function qualitySentences(report: PilotReport, summary: Summary): readonly string[] {
  const { passRate, passes } = summary;
  const { title } = report.plan.groups[summary.group].methods[0];
  const reference = summaryOf(report, { group: summary.group, method: 0 })?.passRate;
  if (!passRate || !passes || !reference) return [];
  const { difference } = passes;
  const isChance = difference.lower <= 0 && difference.upper >= 0;
  const sentences = [
    `It passes ${rateText(passRate)}, ${title} passes ${rateText(reference)}: ${pairsText(passes)}.`,
  ];
  if (isDrawnAnew(summary)) {
    sentences.push(
      isChance
        ? 'Both follow one distribution, so differences are those of draws, and its loss counts as 0.'
        : 'Both should follow one distribution, and yet the difference is larger than that of 95 of 100 pilots: repeat it with other seeds.',
    );
  } else if (summary.verdict.isGoodEnough) {
    // Lossless texts that are all the reference's leave nothing open.
    if (isChance && !(summary.lossless && summary.texts?.differences.length === 0)) {
      sentences.push(
        `On other prompts, a loss of up to ${pointsText(-difference.lower)} is possible (95 %); more prompts narrow that down.`,
      );
    }
  } else if (isChance) {
    sentences.push('Chance alone may explain that loss; more prompts or seeds decide it.');
  }
  return sentences;
}

/** Lossless, and its text is a draw of its own: where the texts should be one, each difference counts. */
const isDrawnAnew = ({ lossless, texts }: MethodSummary): boolean => lossless && texts === null;

function costSentences({ costPerForward }: PilotReport, { cost }: Summary): readonly string[] {
  if (!cost || cost.ratio === null || costPerForward === null) return [];
  return [
    `At the stated costs, a token costs ${costText(cost.perToken)}, ${percentText(cost.ratio, 0)} of the reference’s.`,
  ];
}

/** "17 of 20 (85 %, 64–95 %)": with the interval. */
function rateText({ passed, judged, rate, lower, upper }: PassRate): string {
  return `${passed} of ${judged} (${percentText(rate, 0)}, ${(100 * lower).toFixed(0)}–${percentText(upper, 0)})`;
}

function pairsText({ onlyMethod, onlyReference, difference }: NonNullable<MethodSummary['passes']>): string {
  if (onlyMethod + onlyReference === 0) return 'both pass and fail on the same texts';
  return (
    `only this one passes ${onlyMethod}, only the reference ${onlyReference}; ` +
    `difference ${differenceText({ difference })}`
  );
}

function differenceText({
  difference: { value, lower, upper },
}: Pick<NonNullable<MethodSummary['passes']>, 'difference'>): string {
  return `${pointsText(value)} (${signed(100 * lower, 0, '+')} to ${signed(100 * upper, 0, '+')})`;
}

const pointsText = (share: number): string =>
  `${signed(100 * share, Number.isInteger(Math.round(1000 * share) / 10) ? 0 : 1)}\u00a0points`;

const costText = (cost: number): string =>
  cost >= 100 ? cost.toFixed(0) : String(Number(cost.toPrecision(3)));

function passedOverFor(report: PilotReport, recommendation: Recommendation): string {
  const chosen = summaryOf(report, recommendation);
  const isLossy = recommendation.passedOver.some((over) => !summaryOf(report, over)?.lossless);
  return isLossy && chosen?.lossless ? 'it is lossy, or drafts more' : 'drafts more';
}

function failures({ failed, tooLong }: Summary): readonly string[] {
  const refused = failed - tooLong;
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
    ...(hasEnoughPairs(speedUp) &&
    speedUp.median >= criteria.minSpeedUp &&
    speedUp.lower < criteria.minSpeedUp
      ? [`A quarter of the texts stayed below ${timesText(speedUp.lower)}.`]
      : []),
    ...(speedUp && speedUp.pairs < 10
      ? [`${countText(speedUp.pairs, 'text is', 'texts are')} a small sample: use at least 20 prompts.`]
      : []),
    ...(summary.tooShort > 0
      ? [`${countText(summary.tooShort, 'text was', 'texts were')} too short to measure a speed.`]
      : []),
    ...failures(summary),
    ...expectationCautions(report, summary),
    ...noiseCautions(report, summary),
    ...(sessions > 1 ? [`It ran in ${sessions} sessions; conditions may differ between them.`] : []),
  ];
}

/** A method that did the same work shows how far speeds are off by chance: at temperature 0, leniency changes nothing. */
function noiseCautions(report: PilotReport, summary: Summary): readonly string[] {
  const { speedUp, forwards, acceptanceRate } = summary;
  if (!hasEnoughPairs(speedUp) || !forwards) return [];
  const work = ({ own }: typeof forwards): string => JSON.stringify(own.map(({ perToken }) => perToken));
  const twin = report.methods.find(
    (other) =>
      other !== summary &&
      other.group === summary.group &&
      other.acceptanceRate === acceptanceRate &&
      other.forwards !== null &&
      work(other.forwards) === work(forwards) &&
      hasEnoughPairs(other.speedUp) &&
      Math.abs(other.speedUp.median / speedUp.median - 1) > 0.05,
  );
  if (!twin) return [];
  const { title } = nameOf(report, twin);
  return [
    `${title} did the same passes and measured ${timesText(twin.speedUp?.median)}: differences of that size are noise here. Repeat the pilot while nothing else runs.`,
  ];
}

function expectationCautions(report: PilotReport, summary: Summary): readonly string[] {
  const rate = summaryOf(report, { group: summary.group, method: 0 })?.passRate;
  if (!rate) {
    return summary.lossless
      ? []
      : ['Quality is not measured: no prompt has an expectation, and this method is lossy.'];
  }
  const { prompts } = report.plan;
  const without = prompts.filter(({ expected }) => expected === undefined).length;
  return [
    ...(rate.passed === 0
      ? [
          'The reference passes nothing, so a loss cannot show: check the expectations, or choose easier ones.',
        ]
      : []),
    ...(rate.passed === rate.judged
      ? ['The reference passes everything: harder expectations would tell more about quality.']
      : []),
    ...(without > 0 ? [`${countText(without, 'prompt has', 'prompts have')} no expectation.`] : []),
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

export function verdictCell(summary: Summary): string {
  if (summary.method === 0) return noValue;
  if (!summary.speedUp) return 'not measured';
  const isOpen = !summary.verdict.isFastEnough && !hasEnoughPairs(summary.speedUp);
  const misses = [...(isOpen ? ['not enough pairs'] : []), ...missesOf(summary)];
  return misses.length === 0 ? 'meets all' : misses.join(', ');
}

export interface Column {
  readonly title: string;
  /** What stands in it, for those who read the table for the first time. */
  readonly meaning: string;
  readonly cell: (summary: Summary) => string;
}

/** What a report's tables show, the most important first. */
export function columnsOf(report: Pick<PilotReport, 'plan' | 'costPerForward'>): readonly Column[] {
  const [speedUp, criteria, agreement, ...others] = columns;
  return [
    ...[speedUp, criteria, agreement],
    ...(hasExpectations(report.plan) ? passColumns : []),
    costColumn(report.costPerForward !== null),
    ...others,
  ];
}

const passColumns: readonly Column[] = [
  {
    title: 'Pass rate',
    meaning:
      'texts that are as expected; share with Wilson’s 95 % interval, seeds of one prompt counted together',
    cell: ({ passRate }) => (passRate ? rateText(passRate) : noValue),
  },
  {
    title: 'Only it : only reference',
    meaning:
      'texts of the same prompt and seed that only this method passes, and that only the reference passes',
    cell: ({ passes }) => (passes ? `${passes.onlyMethod} : ${passes.onlyReference}` : noValue),
  },
  {
    title: 'Pass-rate difference',
    meaning:
      'pass rate minus the reference’s, in percentage points, with Newcombe’s 95 % interval for pairs; where the interval contains 0, chance may explain it',
    cell: ({ passes }) => (passes ? differenceText(passes) : noValue),
  },
];

const costColumn = (isStated: boolean): Column => ({
  title: 'Cost per token',
  meaning: isStated
    ? 'forward passes of each model times their stated cost, per token after the first; share of the reference’s'
    : 'milliseconds of forward passes per token after the first, because no cost was stated; share of the reference’s',
  cell: ({ cost }) =>
    cost
      ? `${costText(cost.perToken)}${isStated ? '' : '\u00a0ms'}${cost.ratio === null ? '' : ` (${percentText(cost.ratio, 0)})`}`
      : noValue,
});

const columns: readonly Column[] = [
  {
    title: 'Speed-up',
    meaning:
      `tokens per second over those of the reference on the same prompt with the same seed; median (number of pairs, ` +
      `lowest to highest); named from ${minPairs} pairs on`,
    cell: ({ method, speedUp }) => (method === 0 ? '1' : speedUpCell(speedUp)),
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
    meaning: `milliseconds saved relative to the reference, for the same number of tokens; share; from ${minPairs} pairs on`,
    cell: ({ saved, speedUp }) =>
      saved && hasEnoughPairs(speedUp)
        ? `${signed(saved.ms, 0)} ms (${percentText(saved.ms / saved.referenceMs, 0)})`
        : noValue,
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

function speedCriterionText(minSpeedUp: number): string {
  const clearly = minSpeedUp > 1 ? ', three quarters of them faster' : '';
  return `at least ${minSpeedUp} × the speed of the reference (median of at least ${minPairs} pairs${clearly})`;
}

/** Beneath the chart of speed-ups. */
export function chartText({ criteria: { minSpeedUp } }: Pick<PilotReport, 'criteria'>): string {
  return (
    'A dot is one text, written by the method and by its reference. ' +
    `From ${minPairs} pairs on, the bar is the middle half of them and the tick their median; in colour if the method is faster. ` +
    `The line at 1 is the reference${minSpeedUp > 0 ? `, the dashed one the ${minSpeedUp} × asked for` : ''}.`
  );
}

export function criteriaText({ criteria, plan }: Pick<PilotReport, 'criteria' | 'plan'>): string {
  const { minSpeedUp, maxDeviation, minSameTexts, maxPassRateLoss } = criteria;
  const preset = presetOf(criteria);
  const wanted = [
    ...(minSpeedUp > 0 ? [speedCriterionText(minSpeedUp)] : []),
    `at most ${maxDeviation} off its distribution (mean total variation a position)`,
    ...(minSameTexts > 0
      ? [`at least ${percentText(minSameTexts, 0)} the same texts where they should be`]
      : []),
    ...(hasExpectations(plan) && maxPassRateLoss < 1
      ? [`at most ${pointsText(maxPassRateLoss)} off its pass rate`]
      : []),
  ];
  return `${preset === null ? '' : `${preset}: `}${wanted.join(', ')}`;
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
