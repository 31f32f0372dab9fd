import type { DecodeRequest } from '../engine/decode-request.ts';

export type MethodChoice = 'plain' | 'draft-model' | 'ngram';

/** What the form holds. A number field left empty is NaN: the engine refuses it by name. */
export interface RequestForm {
  readonly prompt: string;
  readonly method: MethodChoice;
  readonly draftLength: number;
  readonly temperature: number;
  readonly seed: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly maxTokens: number;
  /** One stop string a line, `\n` for a line break inside one. */
  readonly stopLines: string;
}

export interface ModelRole {
  readonly id: string;
  readonly role: string;
}

export const targetModel: ModelRole = { id: 'story-base', role: 'verifier' };
export const draftModel: ModelRole = { id: 'story-draft', role: 'draft model' };
/** Loaded when the page opens, in this order. */
export const defaultPair: readonly ModelRole[] = [targetModel, draftModel];

export const longestDraft = 16;

export const samplePrompts: readonly string[] = [
  'Once upon a time',
  'Long ago',
  'Far out in space, a shy robot',
  'In the year 3000',
  'One spring morning',
  'A thousand light years away',
];

export const methods: readonly {
  readonly choice: MethodChoice;
  readonly title: string;
  readonly explanation: string;
}[] = [
  {
    choice: 'plain',
    title: 'Plain',
    explanation: 'The larger model writes alone, one token after the other.',
  },
  {
    choice: 'draft-model',
    title: 'Draft model',
    explanation: 'A small model runs ahead, the larger one checks several of its tokens at once.',
  },
  {
    choice: 'ngram',
    title: 'N-gram',
    explanation: 'Runs of tokens seen before are proposed again; no second model takes part.',
  },
];

export function initialForm(seed: number): RequestForm {
  return {
    prompt: samplePrompts[0],
    method: 'draft-model',
    draftLength: 4,
    temperature: 1,
    seed,
    topK: 0,
    topP: 1,
    minP: 0,
    maxTokens: 200,
    stopLines: '',
  };
}

/** Short enough to read out, so that a story can be told again. */
export function rollSeed(random: () => number = Math.random): number {
  return 1 + Math.floor(random() * 9999);
}

export function neededModels(method: MethodChoice): readonly ModelRole[] {
  return method === 'draft-model' ? defaultPair : [targetModel];
}

export function toRequest(form: RequestForm): DecodeRequest {
  return {
    prompt: form.prompt,
    maxTokens: form.maxTokens,
    seed: form.seed,
    stop: stopStrings(form.stopLines),
    sampling: { temperature: form.temperature, topK: form.topK, topP: form.topP, minP: form.minP },
    method: toMethod(form),
  };
}

function toMethod(form: RequestForm): DecodeRequest['method'] {
  const { draftLength } = form;
  switch (form.method) {
    case 'plain':
      return { kind: 'plain', model: targetModel.id };
    case 'draft-model':
      return {
        kind: 'speculative',
        target: targetModel.id,
        drafter: { kind: 'model', model: draftModel.id, draftLength },
      };
    case 'ngram':
      return { kind: 'speculative', target: targetModel.id, drafter: { kind: 'ngram', draftLength } };
  }
}

function stopStrings(lines: string): string[] {
  return lines
    .split('\n')
    .map((line) => line.replace(/\r$/, '').replaceAll('\\n', '\n'))
    .filter((line) => line !== '');
}
