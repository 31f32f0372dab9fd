import type { MeasuredBackend, MeasuredMethod, Measurement } from '../measurement.ts';

/** Passes over 1 to 9 tokens that take t(k) each. */
export const passesOf = (msOf: (tokens: number) => number): MeasuredBackend['models'][number]['passes'] =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9].map((tokens) => ({
    tokens,
    ms: [1, 1.02, 1.05].map((noise) => msOf(tokens) * noise),
  }));

export const methodOf = (kind: MeasuredMethod['kind'], ...ratios: readonly number[]): MeasuredMethod => ({
  ...{ kind, acceptanceRate: 0.9, failure: null },
  request: { method: { kind: kind === 'turns' ? 'collaborative' : 'speculative' } },
  reference: { method: { kind: kind === 'turns' ? 'collaborative' : 'plain' } },
  pairs: ratios.map((ratio) => ({ methodMs: 4, referenceMs: 4 * ratio })),
});

/** A backend with one model. */
export function backendOf(
  backend: MeasuredBackend['backend'],
  msOf: (tokens: number) => number,
  methods: readonly MeasuredMethod[],
): MeasuredBackend {
  const isGpu = backend === 'webgpu';
  return {
    ...{ outcome: 'measured', backend, threads: 2, reason: 'as asked for', methods: [...methods] },
    onnxRuntime: { version: '1.30.0', build: 'jspi' },
    adapter: isGpu
      ? {
          ...{ vendor: 'apple', architecture: 'metal-3', device: '', description: '', isSoftware: false },
          ...{ features: ['shader-f16', 'subgroups'], featuresInUse: ['shader-f16'] },
          limits: { maxBufferSize: 4294967296 },
        }
      : null,
    models: [
      {
        ...{ id: 'story-base', title: 'Story teller', bytes: 5_400_000, sha256: 'a'.repeat(64), backend },
        ...{ noise: { maxLogitDifference: 1e-5, meanTotalVariation: 1e-6 }, notes: [] },
        passes: passesOf(msOf),
      },
    ],
  };
}

export const measurementOf = (...backends: Measurement['backends']): Measurement => ({
  ...{ format: 'antiphon-measurement', version: 1, engineVersion: '0.2.0' },
  createdAt: '2026-11-29T08:00:00.000Z',
  host: {
    ...{ userAgent: 'Mozilla/5.0 Chrome/156', brands: [{ brand: 'Chromium', version: '156.0.1.2' }] },
    ...{
      platform: 'macOS',
      platformVersion: '15.1',
      architecture: 'arm',
      model: null,
      cores: 8,
      memoryGiB: 8,
    },
  },
  backends,
});
