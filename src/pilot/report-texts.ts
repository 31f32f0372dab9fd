import type { FinishedRun, PilotPrompt } from './pilot.ts';
import { casePlaces } from './plan.ts';
import type { Recommendation } from './recommend.ts';
import { nameOf, type PilotReport } from './report.ts';
import type { JudgedRun } from './summarise.ts';

export interface DifferingText {
  readonly title: string;
  /** Indices. */
  readonly prompt: number;
  readonly position: number;
  /** The end of what both have. */
  readonly common: string;
  /** How each goes on. */
  readonly reference: string;
  readonly own: string;
}

/** Letters shown before and behind a difference. */
const around = 60;

/** The texts that ought to be their reference's and are not, method by method. */
export function differingTexts(report: PilotReport): readonly DifferingText[] {
  const runOf = finishedRuns(report);
  return report.methods.flatMap((summary) =>
    (summary.texts?.differences ?? []).flatMap(({ prompt, repeat, position }) => {
      const own = runOf(prompt, repeat, summary.group, summary.method)?.text;
      const reference = runOf(prompt, repeat, summary.group, 0)?.text;
      if (own === undefined || reference === undefined) return [];
      const shared = commonLength(own, reference);
      return {
        title: nameOf(report, summary).title,
        prompt,
        position,
        common: (shared > around ? '…' : '') + own.slice(Math.max(0, shared - around), shared),
        reference: pieceFrom(reference, shared),
        own: pieceFrom(own, shared),
      };
    }),
  );
}

/** Texts of one cell of which one is as expected and the other is not. */
export interface PassDifference {
  readonly title: string;
  /** Indices. */
  readonly prompt: number;
  readonly repeat: number;
  readonly expected: NonNullable<PilotPrompt['expected']>;
  readonly reference: string;
  readonly own: string;
  readonly ownPassed: boolean;
}

/** Where only a method or only its reference passes, method by method; losses first. */
export function passDifferences(report: PilotReport): readonly PassDifference[] {
  const runOf = finishedRuns(report);
  const { prompts, repeats } = report.plan;
  return report.methods.flatMap((summary) => {
    const { group, method, passes } = summary;
    if (!passes || passes.onlyMethod + passes.onlyReference === 0) return [];
    const differences: PassDifference[] = [];
    for (let cell = 0; cell < prompts.length * repeats; cell++) {
      const prompt = cell % prompts.length;
      const repeat = Math.floor(cell / prompts.length);
      const { expected } = prompts[prompt];
      const own = runOf(prompt, repeat, group, method);
      const reference = runOf(prompt, repeat, group, 0);
      if (expected === undefined || !own || !reference || own.passed === reference.passed) continue;
      differences.push({
        title: nameOf(report, summary).title,
        ...{
          prompt,
          repeat,
          expected,
          reference: reference.text,
          own: own.text,
          ownPassed: own.passed === true,
        },
      });
    }
    return differences.sort((left, right) => Number(left.ownPassed) - Number(right.ownPassed));
  });
}

export interface PromptTexts {
  /** Of the prompt, from 1. */
  readonly number: number;
  readonly prompt: PilotPrompt;
  /** null where the run was not made or failed. */
  readonly reference: JudgedText | null;
  readonly own: JudgedText | null;
}

/** `passed` is null where nothing was expected. */
export type JudgedText = FinishedRun & Pick<JudgedRun, 'passed'>;

/** What a recommended method and its reference wrote in the first cell of each prompt. */
export function textsOf(
  report: PilotReport,
  { group, method }: Pick<Recommendation, 'group' | 'method'>,
): readonly PromptTexts[] {
  const runOf = finishedRuns(report);
  return report.plan.prompts.map((prompt, index) => ({
    number: index + 1,
    prompt,
    reference: runOf(index, 0, group, 0) ?? null,
    own: runOf(index, 0, group, method) ?? null,
  }));
}

function finishedRuns({ plan, runs }: PilotReport) {
  const placeOf = casePlaces(plan);
  const byPlace = new Map<string, JudgedText>();
  for (const run of runs) {
    if (run.failure) continue;
    const { prompt, repeat, group, method } = placeOf(run.case);
    byPlace.set([prompt, repeat, group, method].join(), run);
  }
  return (...place: readonly [number, number, number, number]): JudgedText | undefined =>
    byPlace.get(place.join());
}

function commonLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return length;
}

function pieceFrom(text: string, start: number): string {
  if (start >= text.length) return '(ends here)';
  return text.slice(start, start + around) + (text.length > start + around ? '…' : '');
}
