/** A model the reader can choose, as the catalogue names it. */
export interface ModelChoice {
  readonly id: string;
  readonly title: string;
}

/** The title of a model, or where the catalogue does not know it what its id says. */
export function titleOf(id: string, choices: readonly ModelChoice[]): string {
  return choices.find((choice) => choice.id === id)?.title ?? shortName(id);
}

/** "Qwen3-0.6B-ONNX (q4)" of "onnx-community/Qwen3-0.6B-ONNX:q4", and the last folder of an address. */
function shortName(id: string): string {
  const [, path, dtype] = /^(.*?)\/*(?::([A-Za-z]\w*))?$/.exec(id)!;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name === path ? id : `${name}${dtype === undefined ? '' : ` (${dtype})`}`;
}

/** What to offer in a list: the catalogue's models, and the chosen one where the catalogue lacks it. */
export function offeredModels(choices: readonly ModelChoice[], chosen: string): readonly ModelChoice[] {
  if (choices.some(({ id }) => id === chosen)) return choices;
  return [...choices, { id: chosen, title: titleOf(chosen, choices) }];
}
