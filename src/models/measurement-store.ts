/**
 * Small measurements kept in the browser between visits, so that a second load pays nothing. They live in the
 * Cache API, the one storage that pages and workers share and that survives a reload. Where there is none (no
 * https, storage switched off) nothing is kept, and everything is measured again.
 */
const cacheName = 'antiphon-measurements';

/** What a measurement depends on; a change of any part is another measurement. */
export interface MeasurementKey {
  readonly kind: string;
  readonly sha256: string;
  readonly backend: string;
  readonly adapter: string;
  readonly ortVersion: string;
  readonly ortBuild: string;
  /** Threads of the WASM backend. */
  readonly threads: number;
}

/** The value kept under `key`, unchecked: it may come from another version of this code. null if there is none. */
export async function readMeasurement(key: MeasurementKey): Promise<unknown> {
  try {
    const cache = await caches.open(cacheName);
    const response = await cache.match(addressOf(key));
    return response ? await response.json() : null;
  } catch {
    return null;
  }
}

/** Keeps a value that JSON can hold. Never fails: a browser that keeps nothing is only slower. */
export async function writeMeasurement(key: MeasurementKey, value: unknown): Promise<void> {
  try {
    const cache = await caches.open(cacheName);
    await cache.put(addressOf(key), Response.json(value));
  } catch {
    // No storage, or it is full.
  }
}

/** The Cache API keys by address; this one is never fetched. */
function addressOf(key: MeasurementKey): string {
  const { kind, sha256, backend, adapter, ortVersion, ortBuild, threads } = key;
  const parts = [kind, sha256, backend, adapter, ortVersion, ortBuild, threads].map(encodeURIComponent);
  return new URL(`/antiphon-measurements/${parts.join('/')}`, self.location.href).href;
}
