import { positionTableRows } from './position-tables.ts';
import { EditableModel } from './prepare/editable-model.ts';

export interface ContextLimit {
  /** Tokens that a sequence may hold, prompt included. */
  readonly contextLength: number;
  /** Sentences for the user where this is not what the configuration says. */
  readonly notes: readonly string[];
}

/** Where neither the configuration nor the graph names a limit: the shortest that language models have in common. */
export const assumedContextLength = 2048;

/** The context that the configuration names, and no more than the graph has positions for. Throws `integrity`. */
export function contextLimit(source: {
  readonly onnx: Uint8Array;
  readonly contextLength: number | null;
}): ContextLimit {
  const { contextLength: configured } = source;
  const rows = positionTableRows(new EditableModel(source.onnx));
  if (rows !== null && (configured === null || rows < configured)) {
    const less = `The model file has positions for only ${rows} tokens (its configuration says ${configured}), so texts end after ${rows} tokens.`;
    return { contextLength: rows, notes: configured === null ? [] : [less] };
  }
  if (configured !== null) return { contextLength: configured, notes: [] };
  const assumed = `Neither the configuration nor the model file names a context length, so texts end after ${assumedContextLength} tokens.`;
  return { contextLength: assumedContextLength, notes: [assumed] };
}
