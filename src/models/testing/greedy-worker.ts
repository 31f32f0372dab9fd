import type { OrtBuild } from '../../host/host.ts';
import { forceOrtBuild } from '../ort/ort.ts';
import { ModelRuntime } from '../session/runtime.ts';
import { onceUponATime, storyModel } from './load-story-model.ts';
import { greedyTokens } from './sequence-rows.ts';

/** Its name is the build where that is not to be the best one. */
const build = self.name as OrtBuild | '';

/** Loads story-draft inside a worker, as the engine does, and posts what it writes. */
if (build) forceOrtBuild(build);
const runtime = await ModelRuntime.open('wasm');
const model = await runtime.loadModel(await storyModel('story-draft'));
const tokenIds = await greedyTokens(model.openSequence(), onceUponATime, 8);
await runtime.close();
const fetched = performance
  .getEntriesByType('resource')
  .map(({ name }) => /[^/]*\.wasm/.exec(name)?.[0] ?? '');
self.postMessage({
  tokenIds,
  threads: runtime.threads,
  isolated: self.crossOriginIsolated,
  wasmFiles: fetched.filter((name) => name !== ''),
});
