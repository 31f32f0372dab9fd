import { ensureLibrary } from '../build.ts';

/** Vitest's global setup: tests of the engine in Node.js run the process that the build makes. */
export default async function buildLibrary(): Promise<void> {
  await ensureLibrary();
}
