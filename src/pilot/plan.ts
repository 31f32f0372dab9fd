import { validateDecodeRequest } from '../engine/decode-request.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import { EngineError } from '../errors/engine-error.ts';
import { groupTitle, methodTitle } from './method-title.ts';
import type {
  Acceptance,
  Method,
  PilotCase,
  PilotGroup,
  PilotMethod,
  PilotPlan,
  PilotPrompt,
  TeamMethod,
} from './pilot.ts';

type DraftLength = number | 'adaptive';
export type Drafter = 'model' | 'ngram';
/** `sequential` is the reference, always there. */
export type PilotSchedule = Exclude<NonNullable<TeamMethod['schedule']>, 'sequential'>;

/** What a user picks; a plan is made of it. */
export interface PilotSettings {
  readonly prompts: readonly PilotPrompt[];
  readonly repeats: number;
  readonly request: PilotPlan['request'];
  /** One model with drafts; null or without drafters: none. */
  readonly speculative: {
    readonly target: string;
    /** Of the drafter `model`. */
    readonly draft: string;
    readonly drafters: readonly Drafter[];
    readonly draftLengths: readonly DraftLength[];
  } | null;
  /** Several members; null or without schedules: none. */
  readonly team: {
    readonly members: TeamMethod['members'];
    /** Each λ or μ to try, as a combination of its own. */
    readonly combines: readonly TeamMethod['combine'][];
    readonly schedules: readonly PilotSchedule[];
    /** Of the default proposer; absent: the members' own. */
    readonly draftLengths: readonly DraftLength[];
    readonly defaultProposer?: number;
  } | null;
  readonly acceptances: readonly Acceptance[];
}

export interface Planned {
  readonly plan: PilotPlan;
  /** Methods that were asked for and cannot be had, with the reason. */
  readonly leftOut: readonly { readonly title: string; readonly reason: string }[];
}

/**
 * Every combination of what was picked, each group behind its reference.
 * @param titleOf names models in the titles of groups; their ids where it is absent
 * @throws EngineError `invalid-request` where nothing can be compared, or a field is out of range
 */
export function planPilot(
  settings: PilotSettings,
  titleOf: (model: string) => string = (model) => model,
): Planned {
  const { prompts, repeats, request } = settings;
  if (prompts.length === 0) throw refused('prompts', 'none given: add at least one');
  if (!Number.isSafeInteger(repeats) || repeats < 1 || repeats > 100) {
    throw refused('repeats', `${repeats} is out of range: give a whole number from 1 to 100`);
  }
  const leftOut: { title: string; reason: string }[] = [];
  const groups: PilotGroup[] = [];
  for (const methods of [speculativeMethods(settings), ...teamMethods(settings)]) {
    const [reference, ...variants] = methods;
    if (!reference) continue;
    // A fault of the settings themselves shows in the reference.
    validateDecodeRequest({ ...request, prompt: '', method: reference });
    const legal = variants.filter((method) => {
      const reason = refusalOf(method, request);
      if (reason !== null) leftOut.push({ title: methodTitle(method), reason });
      return reason === null;
    });
    if (legal.length === 0) continue;
    groups.push({ title: groupTitle(reference, titleOf), methods: withoutTwins([reference, ...legal]) });
  }
  if (groups.length === 0) {
    const why = leftOut.map(({ title, reason }) => `${title}: ${reason}`).join('; ');
    throw refused('methods', why || 'nothing to compare with the reference: select at least one method');
  }
  return { plan: { prompts, groups, request, repeats }, leftOut };
}

/** The reference first; empty where nothing was picked. */
function speculativeMethods({ speculative, acceptances }: PilotSettings): readonly Method[] {
  if (!speculative || speculative.drafters.length === 0) return [];
  const { target, draft, drafters, draftLengths } = speculative;
  return [
    { kind: 'plain', model: target },
    ...drafters.flatMap((drafter) =>
      draftLengths.flatMap((draftLength) =>
        acceptances.map(
          (acceptance): Method => ({
            kind: 'speculative',
            target,
            drafter:
              drafter === 'ngram'
                ? { kind: 'ngram', draftLength }
                : { kind: 'model', model: draft, draftLength },
            acceptance,
          }),
        ),
      ),
    ),
  ];
}

/** A list for each combination. */
function teamMethods({ team, acceptances }: PilotSettings): readonly (readonly Method[])[] {
  if (!team || team.schedules.length === 0) return [];
  const { members, schedules, draftLengths, defaultProposer } = team;
  return team.combines.map((combine) => {
    const start = defaultProposer === undefined ? {} : { defaultProposer };
    const base = { kind: 'collaborative', members, combine, ...start } as const;
    return [
      { ...base, schedule: 'sequential' },
      ...schedules.flatMap((schedule): Method[] => {
        // Nothing is proposed there, so there is no draft length and no verdict.
        if (schedule === 'mixture') return [{ ...base, schedule, acceptance: { kind: 'exact' } }];
        return draftLengths.flatMap((draftLength) =>
          acceptances.map((acceptance) => ({ ...base, schedule, draftLength, acceptance })),
        );
      }),
    ];
  });
}

function refusalOf(method: Method, request: PilotPlan['request']): string | null {
  try {
    validateDecodeRequest({ ...request, prompt: '', method });
    return null;
  } catch (error) {
    // A schedule that does not go with the rest is left out; a number out of range is a mistake.
    if (error instanceof EngineError && error.details.field === 'method.schedule') {
      return error.message.replace('method.schedule: ', '');
    }
    throw error;
  }
}

function withoutTwins(methods: readonly Method[]): readonly PilotMethod[] {
  const byTitle = new Map(methods.map((method) => [methodTitle(method), method]));
  return [...byTitle].map(([title, method]) => ({ title, method }));
}

/** Where a case stands. */
export type CasePlace = Omit<PilotCase, 'request'>;

/**
 * The runs in their order. All methods run on one prompt before the next begins, so that a machine that slows down or
 * heats up does so under all of them. Every other cell goes backwards, so that over two of them no method comes
 * earlier than another, and each pair begins with the next method, so that none is always first.
 * @returns what finds a case by its number: 1,000 prompts with 100 repeats are too many for a list at every keystroke
 */
export function casePlaces(plan: PilotPlan): (number: number) => CasePlace {
  const places = plan.groups.flatMap(({ methods }, group) => methods.map((_, method) => ({ group, method })));
  const { length } = places;
  return (number) => {
    const cell = Math.floor(number / length);
    const position = number % length;
    const turned = cell % 2 === 0 ? position : length - 1 - position;
    return {
      number,
      prompt: cell % plan.prompts.length,
      repeat: Math.floor(cell / plan.prompts.length),
      ...places[(turned + (cell >> 1)) % length],
    };
  };
}

/** All cases in their order, with what each asks of the engine. */
export function casesOf(plan: PilotPlan): readonly PilotCase[] {
  const placeOf = casePlaces(plan);
  return Array.from({ length: countCases(plan) }, (_, number) => {
    const place = placeOf(number);
    return {
      ...place,
      request: {
        ...plan.request,
        ...readOf(plan.prompts[place.prompt]),
        seed: seedOf(plan, place),
        method: plan.groups[place.group].methods[place.method].method,
      },
    };
  });
}

/** Each cell has one of its own. */
export const seedOf = (
  { request, prompts }: PilotPlan,
  { prompt, repeat }: Pick<CasePlace, 'prompt' | 'repeat'>,
): number => request.seed + repeat * prompts.length + prompt;

/** How many cases `casesOf` would make. */
export function countCases({ prompts, repeats, groups }: PilotPlan): number {
  return prompts.length * repeats * groups.reduce((sum, { methods }) => sum + methods.length, 0);
}

/** What a request of this prompt is to read. */
function readOf({ text, messages }: PilotPrompt): Pick<DecodeRequest, 'prompt' | 'messages'> {
  return messages ? { messages: [...messages] } : { prompt: text };
}

/** The models that a plan needs, each once. */
export function modelsOf({ groups }: Pick<PilotPlan, 'groups'>): readonly string[] {
  const named = groups.flatMap(({ methods }) => methods.flatMap(({ method }) => modelsOfMethod(method)));
  return [...new Set(named)];
}

/** In the order of their roles; one that has two is named twice. */
export function modelsOfMethod(method: Method): readonly string[] {
  switch (method.kind) {
    case 'plain':
      return [method.model];
    case 'speculative':
      return method.drafter.kind === 'model' ? [method.target, method.drafter.model] : [method.target];
    case 'collaborative':
      return method.members.map(({ model }) => model);
  }
}

function refused(field: string, problem: string): EngineError {
  return new EngineError('invalid-request', `${field}: ${problem}`, { details: { field } });
}
