/** A model the reader can choose, as the catalogue names it. */
export interface ModelChoice {
  readonly id: string;
  readonly title: string;
}

/** The title of a model, or its id where the catalogue does not know it. */
export function titleOf(id: string, choices: readonly ModelChoice[]): string {
  return choices.find((choice) => choice.id === id)?.title ?? id;
}

/** What to offer in a list: the catalogue's models, and the chosen one where the catalogue lacks it. */
export function offeredModels(choices: readonly ModelChoice[], chosen: string): readonly ModelChoice[] {
  if (choices.some(({ id }) => id === chosen)) return choices;
  return [...choices, { id: chosen, title: chosen }];
}
