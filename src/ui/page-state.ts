import type { DecodeResult, EngineInfo, LoadedModel, LoadProgress } from '../engine/engine-api.ts';
import type { Failure } from './failure.ts';
import type { ModelRole } from './request-form.ts';
import type { Story } from './story-model.ts';

export type ModelState = ModelRole &
  (
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
      /** null until the first model is loaded. */
      readonly info: EngineInfo | null;
    };

/** The latest run; older ones are dropped as soon as a newer one starts. */
export type RunState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'running';
      readonly prompt: string;
      readonly story: Story;
      /** Stop was asked for and the engine has not answered yet. */
      readonly stopping: boolean;
    }
  | {
      readonly kind: 'stopped';
      readonly prompt: string;
      readonly story: Story;
      readonly result: DecodeResult;
    }
  | {
      readonly kind: 'failed';
      readonly prompt: string;
      readonly story: Story;
      readonly failure: Failure;
    };

export function hasModels(engine: EngineState, needed: readonly ModelRole[]): boolean {
  if (engine.kind !== 'open') return false;
  return needed.every(({ id }) => engine.models.some((model) => model.id === id && model.kind === 'ready'));
}

export function isLoading(engine: EngineState): boolean {
  if (engine.kind === 'starting') return true;
  return (
    engine.kind === 'open' &&
    engine.models.some((model) => model.kind === 'loading' || model.kind === 'waiting')
  );
}
