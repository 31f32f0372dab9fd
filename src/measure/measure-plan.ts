import type { LoadedModel } from '../engine/engine-api.ts';
import type { DecodeMethod } from '../engine/request-types.ts';

/** Which models are measured, and in which methods. */
export interface MeasurePlan {
  /** Loaded first, and their calls timed: names as `engine.load` takes them. */
  readonly timed: readonly string[];
  /** Known once those are loaded, because sizes decide who drafts for whom; further models of a method are loaded for it. */
  readonly methodsOf: (loaded: readonly LoadedModel[]) => {
    readonly speculative: DecodeMethod;
    /** Null with a single model. */
    readonly turns: DecodeMethod | null;
  };
  /** What the texts begin with. */
  readonly prompt: string;
}

/** The engine's default, named: a file tells what it was measured with. */
const draftLength = 4;

/** The models that come with the package: one drafts for another, and two specialists take turns. */
export const bundledPlan: MeasurePlan = {
  // The two specialists have the shape of the first, and take its time.
  timed: ['story-base', 'story-draft'],
  methodsOf: () => ({
    speculative: speculativeOf('story-base', 'story-draft'),
    turns: turnsOf(['story-fairy', 'story-space']),
  }),
  prompt: 'Once upon a time',
};

/**
 * Any models of one vocabulary: the smallest drafts for the largest, and all of them take turns. A single model looks its
 * drafts up in the text.
 */
export function planFor(models: readonly string[], prompt = bundledPlan.prompt): MeasurePlan {
  return {
    timed: models,
    prompt,
    methodsOf: (loaded) => {
      const bySize = [...loaded].sort((one, other) => other.bytes - one.bytes);
      const [largest] = bySize;
      const smallest = bySize.at(-1);
      return {
        speculative: speculativeOf(largest.id, bySize.length > 1 && smallest ? smallest.id : null),
        turns: loaded.length > 1 ? turnsOf(loaded.map(({ id }) => id)) : null,
      };
    },
  };
}

/** `coupled`: method and reference write the same tokens, so a pair compares nothing but their speed. */
function speculativeOf(target: string, draft: string | null): DecodeMethod {
  return {
    kind: 'speculative',
    target,
    drafter: draft === null ? { kind: 'ngram', draftLength } : { kind: 'model', model: draft, draftLength },
    acceptance: { kind: 'coupled' },
  };
}

function turnsOf(models: readonly string[]): DecodeMethod {
  return {
    kind: 'collaborative',
    members: models.map((model) => ({ model, draftLength: 1 })),
    combine: { kind: 'weighted', weights: models.map(() => 1 / models.length) },
    schedule: 'alternate',
    acceptance: { kind: 'coupled' },
  };
}
