import { host } from '#host';

/** What a measurement depends on; a change of any part is another measurement. */
export interface MeasurementKey {
  readonly kind: string;
  /** What was measured: the hash of a model's files, or what all models share. */
  readonly subject: string;
  readonly backend: string;
  readonly adapter: string;
  readonly ortVersion: string;
  readonly ortBuild: string;
  /** Threads of the WASM backend. */
  readonly threads: number;
}

/**
 * The value kept under `key`, unchecked: it may come from another version of this code. null if there is none. Kept
 * measurements save a second load the time to take them; without storage everything is measured again.
 */
export const readMeasurement = (key: MeasurementKey): Promise<unknown> => host.keptValues.read(pathOf(key));

/** Keeps a value that JSON can hold. Never fails: a host that keeps nothing is only slower. */
export const writeMeasurement = (key: MeasurementKey, value: unknown): Promise<void> =>
  host.keptValues.write(pathOf(key), value);

function pathOf({ kind, subject, backend, adapter, ortVersion, ortBuild, threads }: MeasurementKey): string {
  return [kind, subject, backend, adapter, ortVersion, ortBuild, threads].map(encodeURIComponent).join('/');
}
