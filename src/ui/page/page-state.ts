import type { DecodeRequest } from '../../engine/decode-request.ts';
import type {
  DecodeResult,
  EngineInfo,
  LoadedModel,
  LoadProgress,
  PrefillProgress,
} from '../../engine/engine-api.ts';
import type { CastMember } from '../story/cast.ts';
import type { Failure } from '../kit/failure.ts';
import type { RequestForm } from '../form/request-form.ts';
import type { RunPart } from '../story/run-parts.ts';
import type { Story } from '../story/story-model.ts';

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

/** What is told of a run beside its text. */
export interface RunHeading {
  readonly prompt: string;
  readonly cast: readonly CastMember[];
}

/** What a run of the page was started with; the form may have changed since. */
export interface RunStart extends RunHeading {
  readonly form: RequestForm;
  /** The runs that wrote the text, this one last. Prompt and story are those of the whole text, the rest is its own. */
  readonly parts: readonly RunPart[];
  readonly request: DecodeRequest;
  readonly startedAt: Date;
}

/** The latest run; older ones are dropped as soon as a newer one starts. */
export type RunState<Start extends RunHeading = RunStart> =
  | { readonly kind: 'idle' }
  | (Start & {
      readonly kind: 'running';
      readonly story: Story;
      /** Stop was asked for and the engine has not answered yet. */
      readonly stopping: boolean;
      /** How far the prompts are read; null before anything of them is. */
      readonly prefill: PrefillProgress | null;
    })
  | (Start & { readonly kind: 'stopped'; readonly story: Story; readonly result: DecodeResult })
  | (Start & {
      readonly kind: 'failed';
      readonly story: Story;
      readonly failure: Failure;
      /** The engine was started anew since: the text is still there, and the failure is history. */
      readonly isMended: boolean;
    });

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
