import type { Acceptance, Method } from './pilot.ts';

type Combine = Extract<Method, { kind: 'collaborative' }>['combine'];

const scheduleTitles = {
  sequential: 'sequential',
  'black-box': 'black box',
  naive: 'naive',
  alternate: 'alternate (CoS)',
  mixture: 'mixture',
} as const;

/** A method in a few words, without what all of its group have in common. */
export function methodTitle(method: Method): string {
  switch (method.kind) {
    case 'plain':
      return 'plain';
    case 'speculative': {
      const { drafter } = method;
      const name = drafter.kind === 'ngram' ? 'n-gram look-up' : 'draft model';
      return [name, `γ = ${drafter.draftLength ?? 4}`, ...acceptanceTitle(method.acceptance)].join(', ');
    }
    case 'collaborative': {
      const { schedule = 'alternate', draftLength = 1, acceptance } = method;
      if (schedule === 'sequential' || schedule === 'mixture') return scheduleTitles[schedule];
      return [scheduleTitles[schedule], `γ = ${draftLength}`, ...acceptanceTitle(acceptance)].join(', ');
    }
  }
}

/**
 * Whose distribution a method's text follows.
 * @param titleOf names a model, as its reader knows it
 */
export function groupTitle(method: Method, titleOf: (model: string) => string): string {
  switch (method.kind) {
    case 'plain':
      return titleOf(method.model);
    case 'speculative':
      return titleOf(method.target);
    case 'collaborative':
      return `${method.members.map(({ model }) => titleOf(model)).join(' × ')}, ${combineTitle(method.combine)}`;
  }
}

function combineTitle(combine: Combine): string {
  switch (combine.kind) {
    case 'weighted':
      return `λ = ${combine.weights.map(shortNumber).join(' · ')}`;
    case 'contrastive': {
      const mask = combine.alpha ? `, α-mask ${shortNumber(combine.alpha)}` : '';
      return `contrastive μ = ${shortNumber(combine.mu ?? 0.1)}${mask}`;
    }
    case 'geometric':
      return `geometric ${combine.weights.map(shortNumber).join(' · ')}`;
    case 'custom':
      return `custom ${combine.url}`;
  }
}

function acceptanceTitle(acceptance: Acceptance | undefined): readonly string[] {
  switch (acceptance?.kind) {
    case undefined:
    case 'exact':
      return [];
    case 'coupled':
      return ['coupled'];
    case 'lenient':
      return [`lenient ℓ = ${acceptance.leniency}`];
    case 'typical':
      return [`typical ε = ${acceptance.epsilon ?? 0.3}, δ = ${acceptance.delta ?? 0.09}`];
  }
}

/** Three digits behind the point at most. */
const shortNumber = (value: number): string => String(Number(value.toFixed(3)));
