import { ensureLibrary } from '../../../scripts/build.ts';
import { nodeLocks } from '../../host/node-locks.ts';

/** Builds the library unless it is fresh, one test file at a time: the engine's process is a built program. */
export const builtLibrary = (): Promise<void> => nodeLocks.request('antiphon-build', () => ensureLibrary());
