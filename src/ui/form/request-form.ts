import type { BackendChoice } from '../../engine/engine-api.ts';
import type { DecodeMethod, DecodeRequest } from '../../engine/request-types.ts';
import { defaultTeam, draftModel, targetModel } from '../models/default-models.ts';
import { type AcceptanceForm, exactAcceptance, toAcceptance } from './acceptance-form.ts';
import { type ChatForm, messagesOf } from './chat-form.ts';
import type { Choice } from './choices.ts';
import type { DraftLengthForm } from './draft-length.ts';
import { type TeamForm, teamOf, toCollaborative } from './team-form.ts';

export type MethodChoice = 'collaborative' | 'draft-model' | 'ngram' | 'plain';

/** Where a link may want something from elsewhere. */
export type Place =
  | { readonly field: 'hubUrl' | 'target' | 'draft' }
  /** A member by its key; null for the combination. */
  | { readonly field: 'team'; readonly member: number | null };

/** What the page puts in a place of the form until the reader agrees to load what a link wants there. */
export type StandIn = Place & { readonly own: string; readonly wanted: string };

/** What the form holds. A number field left empty is NaN: the engine refuses it by name. */
export interface RequestForm {
  /** Text to continue, or in a chat the message to reply to. */
  readonly prompt: string;
  /** The reader's, where a preset put its own in its place; null before one did. No part of the request. */
  readonly replacedPrompt: string | null;
  /** null where the prompt is continued as it is. */
  readonly chat: ChatForm | null;
  readonly method: MethodChoice;
  /** The model that the text follows where no team does, as `load` takes it. */
  readonly target: string;
  /** The model that runs ahead of it. */
  readonly draft: string;
  /** Of the draft model and of n-gram; members have their own. */
  readonly draftLength: DraftLengthForm;
  readonly team: TeamForm;
  readonly acceptance: AcceptanceForm;
  readonly temperature: number;
  readonly seed: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly maxTokens: number;
  /** One stop string a line, `\n` for a line break inside one. */
  readonly stopLines: string;
  /** Where the models run: no part of the request, as the engine is opened with it. */
  readonly backend: BackendChoice;
  /** Where repositories are: a mirror, or a server of the reader's own; empty for the Hugging Face hub. */
  readonly hubUrl: string;
  /** Where the page's own stands in for what a link wants to load. No part of the request. */
  readonly standIns: readonly StandIn[];
}

/** γ of a draft model, unless the reader says otherwise. */
export const defaultDraftLength = 4;

export const samplePrompts: readonly string[] = [
  'Once upon a time',
  'Long ago',
  'Far out in space, a shy robot',
  'In the year 3000',
  'One spring morning',
  'A thousand light years away',
];

export const methods: readonly Choice<MethodChoice>[] = [
  {
    kind: 'collaborative',
    title: 'Together',
    explanation: 'Several models write one text; each token follows a combination of them, exactly.',
  },
  {
    kind: 'draft-model',
    title: 'Draft model',
    explanation: 'A small model runs ahead, the larger one checks several of its tokens at once.',
  },
  {
    kind: 'ngram',
    title: 'N-gram',
    explanation: 'Runs of tokens seen before are proposed again; no second model takes part.',
  },
  {
    kind: 'plain',
    title: 'Plain',
    explanation: 'The larger model writes alone, one token after the other.',
  },
];

export function initialForm(seed: number): RequestForm {
  return {
    prompt: samplePrompts[0],
    replacedPrompt: null,
    chat: null,
    method: 'collaborative',
    target: targetModel,
    draft: draftModel,
    draftLength: defaultDraftLength,
    team: teamOf(defaultTeam),
    acceptance: exactAcceptance,
    temperature: 1,
    seed,
    topK: 0,
    topP: 1,
    minP: 0,
    maxTokens: 200,
    stopLines: '',
    backend: 'auto',
    hubUrl: '',
    standIns: [],
  };
}

/** Short enough to read out, so that a story can be told again. */
export function rollSeed(random: () => number = Math.random): number {
  return 1 + Math.floor(random() * 9999);
}

/** Ids of the models that the form's request names, each once, in the order of the members. */
export function neededModels({ method, team, target, draft }: RequestForm): readonly string[] {
  switch (method) {
    case 'collaborative':
      return [...new Set(team.members.map(({ model }) => model))];
    case 'draft-model':
      return [...new Set([target, draft])];
    case 'ngram':
    case 'plain':
      return [target];
  }
}

/** The form with another model wherever it names this one. */
export function replaceModel(form: RequestForm, model: string, other: string): RequestForm {
  const replaced = (one: string): string => (one === model ? other : one);
  const members = form.team.members.map((member) => ({ ...member, model: replaced(member.model) }));
  return {
    ...form,
    target: replaced(form.target),
    draft: replaced(form.draft),
    team: { ...form.team, members },
  };
}

export function toRequest(form: RequestForm): DecodeRequest {
  return {
    ...(form.chat ? { messages: messagesOf(form.chat, form.prompt) } : { prompt: form.prompt }),
    maxTokens: form.maxTokens,
    seed: form.seed,
    stop: stopStrings(form.stopLines),
    sampling: { temperature: form.temperature, topK: form.topK, topP: form.topP, minP: form.minP },
    method: toMethod(form),
  };
}

function toMethod(form: RequestForm): DecodeMethod {
  const { target, draft, draftLength } = form;
  const acceptance = toAcceptance(form.acceptance);
  switch (form.method) {
    case 'collaborative':
      return toCollaborative(form.team, acceptance, form);
    case 'draft-model':
      return {
        kind: 'speculative',
        target,
        drafter: { kind: 'model', model: draft, draftLength },
        acceptance,
      };
    case 'ngram':
      return {
        kind: 'speculative',
        target,
        drafter: { kind: 'ngram', draftLength },
        acceptance,
      };
    case 'plain':
      return { kind: 'plain', model: target };
  }
}

function stopStrings(lines: string): string[] {
  return lines
    .split('\n')
    .map((line) => line.replace(/\r$/, '').replaceAll('\\n', '\n'))
    .filter((line) => line !== '');
}
