import { ModelRuntime } from '../runtime.ts';
import { greedyTokens } from './sequence-rows.ts';
import { onceUponATime, storyModel } from './story-model.ts';

/** Loads story-draft on WASM inside a worker, as the engine does, and posts what it writes. */
const runtime = await ModelRuntime.open('wasm');
const model = await runtime.loadModel(await storyModel('story-draft'));
const tokenIds = await greedyTokens(model.openSequence(), onceUponATime, 8);
await runtime.close();
self.postMessage({ tokenIds, threads: runtime.threads, isolated: self.crossOriginIsolated });
