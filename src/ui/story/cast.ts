import type { DecodeRequest } from '../../engine/decode-request.ts';
import { type ModelChoice, titleOf } from '../models/model-choice.ts';

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

/** Who takes part in a run of this request; a look-up stands behind the last model, as in the rounds. */
export function castOf(
  { method }: Pick<DecodeRequest, 'method'>,
  choices: readonly ModelChoice[],
): readonly CastMember[] {
  return parts(method, choices).map((part, index) => ({ letter: letterOf(index), ...part }));
}

function letterOf(index: number): string {
  return memberLetters[index] ?? String.fromCharCode('A'.charCodeAt(0) + index);
}

function parts(
  method: DecodeRequest['method'],
  choices: readonly ModelChoice[],
): readonly Omit<CastMember, 'letter'>[] {
  const target = (model: string) => ({ name: titleOf(model, choices), proposes: false, isTarget: true });
  switch (method.kind) {
    case 'plain':
      return [target(method.model)];
    case 'speculative': {
      const { drafter } = method;
      const name = drafter.kind === 'model' ? titleOf(drafter.model, choices) : 'Look-up in the text';
      return [target(method.target), { name, proposes: true, isTarget: false }];
    }
    case 'collaborative': {
      const hasProposals = method.schedule !== 'sequential' && method.schedule !== 'mixture';
      return method.members.map(({ model, sampling, prompt, messages }) => {
        const temperature = sampling?.temperature;
        const own = [
          ...(temperature === undefined ? [] : [`temperature ${temperature}`]),
          ...((prompt ?? messages) === undefined ? [] : ['own prompt']),
        ];
        const name = [titleOf(model, choices), ...own].join(', ');
        return { name, proposes: hasProposals, isTarget: true };
      });
    }
  }
}
