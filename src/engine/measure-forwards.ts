import { measurePasses, minSampleMs } from '../models/costs/measure-costs.ts';
import { ortBuild, ortVersion } from '../models/ort/ort.ts';
import type { ForwardMeasurement } from './engine-api.ts';
import type { Runtime } from './engine-life.ts';
import type { LoadedEntry } from './load-model.ts';

/** Drafting feeds 1 token, and verification of up to eight drafts 2 to 9; the ends tell the most. */
const groups = [
  [1, 2, 9],
  [5, 3, 7],
  [4, 6, 8],
];

export const defaultBudgetMs = 2000;

/** Times passes of a loaded model on a sequence of its own. Throws the signal's reason once aborted. */
export async function measureForwards(
  { model, description }: LoadedEntry,
  { device, threads }: Pick<Runtime, 'device' | 'threads'>,
  { budgetMs, signal }: { readonly budgetMs: number; readonly signal: AbortSignal },
): Promise<ForwardMeasurement> {
  const { id, backend, contextLength } = description;
  const deviceInUse = backend === 'webgpu' ? device : null;
  const passes = await measurePasses(() => model.openSequence(), {
    vocabSize: Math.min(model.width, description.vocabSize),
    contextLength,
    groups,
    budgetMs,
    sampleMs: minSampleMs[backend],
    now: () => performance.now(),
    waitForGpu: () => deviceInUse?.gpu.queue.onSubmittedWorkDone() ?? Promise.resolve(),
    signal,
  });
  return {
    ...{ model: id, backend, threads, passes },
    onnxRuntime: { version: ortVersion(), build: ortBuild() },
    adapter: deviceInUse?.adapter ?? null,
  };
}
