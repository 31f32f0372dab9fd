import type { DecodeResult } from '../../engine/engine-api.ts';
import { type EngineState, isLoading, wantedModels } from '../models/engine-state.ts';
import type { RunHeading, RunState } from './run-state.ts';
import { liveNumbers } from './story.ts';

type FinishReason = DecodeResult['finishReason'];

const endings: Readonly<Record<FinishReason, string>> = {
  end: 'The story came to its end',
  stop: 'A stop string ended the story',
  length: 'The token limit ended the story',
  context: 'The model’s context is full',
  abort: 'Stopped',
};

export function endingText(finishReason: FinishReason, tokens: number): string {
  return `${endings[finishReason]} after ${tokens} ${tokens === 1 ? 'token' : 'tokens'}.`;
}

/** The page's state in a sentence for a live region: changes with the state, never with a single token. */
export function announcement(engine: EngineState, run: RunState<RunHeading>): string {
  if (engine.kind === 'unsupported') return 'This browser cannot run the engine.';
  if (engine.kind === 'failed') return 'The engine is not running.';
  if (run.kind === 'running') return run.stopping ? 'Stopping.' : 'Writing.';
  if (run.kind === 'stopped') {
    return endingText(run.result.finishReason, liveNumbers(run.story).tokens);
  }
  if (run.kind === 'failed') return 'The run failed.';
  if (isLoading(engine)) return 'Loading the models.';
  if (wantedModels(engine).some(({ kind }) => kind === 'failed')) return 'A model could not be loaded.';
  return 'Ready to write.';
}
