import type { EngineApi } from '../../engine/engine-api.ts';
import type { EngineError } from '../../errors/engine-error.ts';
import { missingFeatures } from '../kit/browser-support.ts';
import { fetchedCode } from '../kit/fetched-code.ts';
import { openFetchedEngine } from '../kit/fetched-engine.ts';
import { fetchSeeRecording } from './see-recording.ts';
import type { SeenRuns } from './see-run.ts';

/** What the first screen gets from outside; tests bring their own. */
export interface SeeProvider {
  readonly fetchRecording: () => Promise<SeenRuns>;
  readonly connectEngine: (onLost: (error: EngineError) => void) => Promise<EngineApi>;
  /** What a first live run downloads, in bytes as this server sends them; null if it does not say. */
  readonly downloadBytes: () => Promise<number | null>;
  readonly missingFeatures: () => readonly string[];
}

export const browserProvider: SeeProvider = {
  fetchRecording: fetchSeeRecording,
  // Models of 5 MB need no graphics card, and WASM has no shaders to compile before the first word.
  connectEngine: (onLost) => openFetchedEngine({ backend: 'wasm', onLost }),
  downloadBytes: async () => {
    const { downloadBytes } = await fetchedCode('The sizes', () => import('./download-bytes.ts'));
    return downloadBytes();
  },
  missingFeatures,
};
