import type { FinishedRun } from './pilot.ts';
import { casesOf } from './plan.ts';
import { nameOf, type PilotReport } from './report.ts';

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

export interface PromptTexts {
  /** Of the prompt, from 1. */
  readonly number: number;
  readonly prompt: string;
  /** null where the run was not made or failed. */
  readonly referenceText: string | null;
  readonly ownText: string | null;
}

/** What the recommended method and its reference wrote in the first cell of each prompt. */
export function textsOf(report: PilotReport): readonly PromptTexts[] {
  const runOf = finishedRuns(report);
  const { group, method } = report.recommendation;
  return report.plan.prompts.map(({ text }, prompt) => ({
    number: prompt + 1,
    prompt: text,
    referenceText: runOf(prompt, 0, group, 0)?.text ?? null,
    ownText: runOf(prompt, 0, group, method)?.text ?? null,
  }));
}

function finishedRuns({ plan, runs }: PilotReport) {
  const cases = casesOf(plan);
  const byPlace = new Map<string, FinishedRun>();
  for (const run of runs) {
    if (run.failure) continue;
    const { prompt, repeat, group, method } = cases[run.case];
    byPlace.set([prompt, repeat, group, method].join(), run);
  }
  return (...place: readonly [number, number, number, number]): FinishedRun | undefined =>
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
