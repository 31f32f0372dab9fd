import type { Holdings, Reading } from './measures.ts';
import type { Soak } from './soak.ts';

/** What the engines of a soak hold, as they and their probes tell. */
export async function readEngines(soak: Soak): Promise<Reading> {
  const entries: [string, Holdings][] = [];
  for (const [name, { api, probe }] of soak.engines) {
    const { liveGpuBuffers, liveGpuBytes } = await api.info();
    const holdings = await probe.read();
    entries.push([
      `engine (${name})`,
      { 'GPU buffers': liveGpuBuffers, 'GPU bytes': liveGpuBytes, ...holdings },
    ]);
  }
  return Object.fromEntries(entries);
}
