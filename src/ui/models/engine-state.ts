import type { EngineInfo, LoadedModel, LoadProgress } from '../../engine/engine-api.ts';
import type { Failure } from '../kit/failure.ts';

export type ModelState = { readonly id: string } & (
  | { readonly kind: 'waiting' }
  | { readonly kind: 'loading'; readonly progress: LoadProgress | null }
  | { readonly kind: 'ready'; readonly model: LoadedModel }
  | { readonly kind: 'failed'; readonly failure: Failure }
);

/** The engine as the page sees it. */
export type EngineState =
  /** What the browser lacks. */
  | { readonly kind: 'unsupported'; readonly missing: readonly string[] }
  | { readonly kind: 'starting' }
  /** The worker did not start, or died. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  | {
      readonly kind: 'open';
      readonly models: readonly ModelState[];
      /** Models that the form's method needs; all others come in the background. */
      readonly wanted: readonly string[];
      /** null until the first model is loaded. */
      readonly info: EngineInfo | null;
    };

export function hasModels(engine: EngineState, needed: readonly string[]): boolean {
  if (engine.kind !== 'open') return false;
  return needed.every((id) => engine.models.some((model) => model.id === id && model.kind === 'ready'));
}

/** True where one of the models is loaded and was trained to chat. */
export function canChat(engine: EngineState, needed: readonly string[]): boolean {
  if (engine.kind !== 'open') return false;
  return engine.models.some(
    (state) => state.kind === 'ready' && needed.includes(state.id) && state.model.hasChatTemplate,
  );
}

/** The models that the form's method needs, in its order. */
export function wantedModels(engine: EngineState): readonly ModelState[] {
  if (engine.kind !== 'open') return [];
  return engine.wanted.flatMap((id) => engine.models.find((model) => model.id === id) ?? []);
}

/** True while the form's method waits for its models. */
export function isLoading(engine: EngineState): boolean {
  if (engine.kind === 'starting') return true;
  return wantedModels(engine).some(({ kind }) => kind === 'loading' || kind === 'waiting');
}

/** The model that is on its way without being waited for. */
export function backgroundLoad(engine: EngineState): ModelState | null {
  if (engine.kind !== 'open') return null;
  const { models, wanted } = engine;
  return models.find(({ id, kind }) => kind === 'loading' && !wanted.includes(id)) ?? null;
}
