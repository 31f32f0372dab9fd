import { EngineError } from '../../errors/engine-error.ts';
import { criteriaPresets, noCriteria } from '../../pilot/criteria.ts';
import type { PilotCriteria, PilotPrompt } from '../../pilot/pilot.ts';
import type { Drafter, PilotSchedule, PilotSettings } from '../../pilot/plan.ts';
import { readPrompts } from '../../pilot/read-prompts.ts';
import { combinesWith } from '../../pilot/weight-values.ts';
import { type AcceptanceKind, toAcceptance } from '../form/acceptance-form.ts';
import { moduleRefusal } from '../form/custom-module.ts';
import { type RequestForm, toRequest } from '../form/request-form.ts';
import { type MemberForm, toCollaborative } from '../form/team-form.ts';

/** What the pilot's part of the page holds; team, truncation and stop strings are the page's form's. */
export interface PilotForm {
  readonly promptsText: string;
  readonly drafters: readonly Drafter[];
  /** Of one model's drafters: numbers or `adaptive`, with commas. */
  readonly draftLengths: string;
  readonly schedules: readonly PilotSchedule[];
  /** Of the team's default proposer. */
  readonly teamDraftLengths: string;
  /** λ of the first member or μ; empty: the form's. */
  readonly combineValues: string;
  readonly acceptances: readonly AcceptanceKind[];
  readonly temperature: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly repeats: number;
  readonly minSpeedUp: number;
  readonly maxDeviation: number;
  readonly minSameTextsPercent: number;
  /** Percentage points. */
  readonly maxPassRateLossPoints: number;
  /** Of each model, as `readCosts` reads it; empty: measured. */
  readonly costPerForward: string;
}

/** What a report is judged by, and no run depends on. */
const judgingFields: ReadonlySet<string> = new Set<keyof PilotForm>([
  'minSpeedUp',
  'maxDeviation',
  'minSameTextsPercent',
  'maxPassRateLossPoints',
  'costPerForward',
]);

/** Whether two forms make the same plan: a criterion that is typed makes no other, and a plan may be large. */
export function makeSamePlan(left: PilotForm, right: PilotForm): boolean {
  return (Object.keys(right) as (keyof PilotForm)[]).every(
    (field) => judgingFields.has(field) || left[field] === right[field],
  );
}

export const initialPilotForm: PilotForm = {
  promptsText: '',
  drafters: ['model'],
  draftLengths: '2, 4',
  schedules: ['alternate', 'naive'],
  teamDraftLengths: '1',
  combineValues: '',
  acceptances: ['exact'],
  temperature: 1,
  maxTokens: 64,
  seed: 1,
  repeats: 1,
  ...criteriaFields(criteriaPresets.balanced),
  costPerForward: '',
};

/** @throws EngineError `invalid-request` where the team's combination is a module that the page does not run */
export function requireOwnModule({ schedules }: PilotForm, { team }: RequestForm, pageUrl: string): void {
  if (schedules.length === 0 || team.combination !== 'custom') return;
  const reason = moduleRefusal(team.moduleUrl, pageUrl);
  if (reason !== null) throw refused('team', reason);
}

let latest: { readonly text: string; readonly prompts: readonly PilotPrompt[] } | null = null;

/** As `readPrompts`; prompts that were read last are not read again, whatever else of the form is typed in. */
export function promptsIn({ promptsText }: Pick<PilotForm, 'promptsText'>): readonly PilotPrompt[] {
  if (latest?.text !== promptsText) latest = { text: promptsText, prompts: readPrompts(promptsText) };
  return latest.prompts;
}

/** @throws EngineError `invalid-request`, naming the field or the line */
export function toPilotSettings(form: PilotForm, request: RequestForm): PilotSettings {
  const { sampling, stop } = toRequest(request);
  if (request.chat && form.schedules.length > 0 && request.team.members.some(hasOwnMessage)) {
    throw refused(
      'team',
      'a member has its own system prompt or message in the chat above, which pilots do not support: remove it there',
    );
  }
  const team = toCollaborative(request.team, { kind: 'exact' }, { chat: null, prompt: '' });
  return {
    prompts: promptsIn(form),
    repeats: form.repeats,
    request: {
      seed: form.seed,
      maxTokens: form.maxTokens,
      ...(stop && stop.length > 0 ? { stop } : {}),
      sampling: { ...sampling, temperature: form.temperature },
    },
    speculative: {
      target: request.target,
      draft: request.draft,
      drafters: form.drafters,
      draftLengths: form.drafters.length > 0 ? draftLengthsIn('draft lengths', form.draftLengths) : [],
    },
    team: {
      members: team.members,
      combines: combinesWith(team.combine, numbersIn('λ or μ', form.combineValues)),
      schedules: form.schedules,
      draftLengths:
        form.schedules.length > 0 ? draftLengthsIn('the team’s draft lengths', form.teamDraftLengths) : [],
      ...(team.defaultProposer === undefined ? {} : { defaultProposer: team.defaultProposer }),
    },
    acceptances: form.acceptances.map((kind) => toAcceptance({ ...request.acceptance, kind })),
  };
}

const hasOwnMessage = ({ prompt, system }: MemberForm): boolean => prompt !== '' || system !== '';

/** A field left empty asks for nothing. */
export function criteriaIn(form: PilotForm): PilotCriteria {
  const orElse = (value: number, otherwise: number): number => (Number.isNaN(value) ? otherwise : value);
  return {
    minSpeedUp: orElse(form.minSpeedUp, noCriteria.minSpeedUp),
    maxDeviation: orElse(form.maxDeviation, noCriteria.maxDeviation),
    minSameTexts: orElse(form.minSameTextsPercent / 100, noCriteria.minSameTexts),
    maxPassRateLoss: orElse(form.maxPassRateLossPoints / 100, noCriteria.maxPassRateLoss),
  };
}

/** Criteria as the fields show them. */
export function criteriaFields(criteria: PilotCriteria) {
  const { minSpeedUp, maxDeviation, minSameTexts, maxPassRateLoss } = criteria;
  return {
    minSpeedUp,
    maxDeviation,
    minSameTextsPercent: Number((100 * minSameTexts).toFixed(6)),
    maxPassRateLossPoints: Number((100 * maxPassRateLoss).toFixed(6)),
  };
}

const wordsIn = (text: string): string[] => text.split(/[\s,;]+/).filter((word) => word !== '');

function numbersIn(field: string, text: string): number[] {
  return wordsIn(text).map((word) => {
    const number = Number(word);
    if (!Number.isFinite(number))
      throw refused(field, `'${word}' is not a number: separate numbers with commas`);
    return number;
  });
}

function draftLengthsIn(field: string, text: string): (number | 'adaptive')[] {
  const words = wordsIn(text);
  if (words.length === 0) throw refused(field, 'none given: enter numbers separated by commas, or adaptive');
  return words.flatMap((word): (number | 'adaptive')[] =>
    word === 'adaptive' ? [word] : numbersIn(field, word),
  );
}

function refused(field: string, problem: string): EngineError {
  return new EngineError('invalid-request', `${field}: ${problem}`, { details: { field } });
}
