import { type ModelChoice, titleOf } from './model-choice.ts';
import { draftModel, type RequestForm, targetModel } from './request-form.ts';

/** Letters of the members on the page, by their number in the request. */
export const memberLetters = ['A', 'B', 'C', 'D'] as const;

/** One of those that take part in a run, in the order in which rounds number proposers. */
export interface CastMember {
  readonly letter: string;
  readonly name: string;
  readonly proposes: boolean;
  /** True where the text follows its distribution: it would be asked for every token otherwise. */
  readonly isTarget: boolean;
}

/** Who takes part in a run of this form; a look-up stands behind the last model, as in the rounds. */
export function castOf(form: RequestForm, choices: readonly ModelChoice[]): readonly CastMember[] {
  return parts(form, choices).map((part, index) => ({ letter: memberLetters[index], ...part }));
}

function parts(form: RequestForm, choices: readonly ModelChoice[]): readonly Omit<CastMember, 'letter'>[] {
  const target = { name: titleOf(targetModel, choices), proposes: false, isTarget: true };
  switch (form.method) {
    case 'plain':
      return [target];
    case 'draft-model':
      return [target, { name: titleOf(draftModel, choices), proposes: true, isTarget: false }];
    case 'ngram':
      return [target, { name: 'Look-up in the text', proposes: true, isTarget: false }];
    case 'collaborative': {
      const hasProposals = form.team.schedule !== 'sequential' && form.team.schedule !== 'mixture';
      return form.team.members.map(({ model, temperature, prompt }) => {
        const own = [
          ...(temperature === null ? [] : [`temperature ${temperature}`]),
          ...(prompt === '' ? [] : ['own prompt']),
        ];
        const name = [titleOf(model, choices), ...own].join(', ');
        return { name, proposes: hasProposals, isTarget: true };
      });
    }
  }
}
