import type { DecodeMethod, DecodeRequest } from '../../engine/request-types.ts';
import { memberProposer, type Proposer, proposerIndex } from '../../round/proposer.ts';
import type { Round } from '../../round/round.ts';
import { type ModelChoice, titleOf } from '../models/model-choice.ts';

/** Letters of the members on the page, by their number in the request. */
export const memberLetters = ['A', 'B', 'C', 'D'] as const;

/** One of those that take part in a run: the members in their order, then a look-up. Places in the cast count from 0. */
export interface CastMember {
  readonly letter: string;
  /** What rounds call it. */
  readonly proposer: Proposer;
  readonly name: string;
  readonly proposes: boolean;
  /** True where the text follows its distribution: it would be asked for every token otherwise. */
  readonly isTarget: boolean;
}

/** Who takes part in a run of this request. */
export function castOf(
  { method }: Pick<DecodeRequest, 'method'>,
  choices: readonly ModelChoice[],
): readonly CastMember[] {
  return parts(method, choices).map((part, index) => ({
    letter: letterOf(index),
    proposer: memberProposer(index),
    ...part,
  }));
}

/** The place in the cast of a proposer of this round; null for nobody. */
export function placeOf(
  proposer: Proposer | null,
  { draftLengths }: Pick<Round, 'draftLengths'>,
): number | null {
  return proposer && proposerIndex(proposer, draftLengths);
}

function letterOf(index: number): string {
  return memberLetters[index] ?? String.fromCharCode('A'.charCodeAt(0) + index);
}

function parts(
  method: DecodeMethod,
  choices: readonly ModelChoice[],
): readonly (Omit<CastMember, 'letter' | 'proposer'> & Partial<Pick<CastMember, 'proposer'>>)[] {
  const target = (model: string) => ({ name: titleOf(model, choices), proposes: false, isTarget: true });
  switch (method.kind) {
    case 'plain':
      return [target(method.model)];
    case 'speculative': {
      const { drafter } = method;
      const drafting = { proposes: true, isTarget: false };
      return [
        target(method.target),
        drafter.kind === 'model'
          ? { name: titleOf(drafter.model, choices), ...drafting }
          : { name: 'Look-up in the text', ...drafting, proposer: { kind: 'lookup' } },
      ];
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
