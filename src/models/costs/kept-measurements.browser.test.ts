import { afterAll, beforeEach, expect, test } from 'vitest';
import groupedPositions from '../fixtures/grouped-positions.onnx?url';
import { ortBuild, ortThreads, ortVersion } from '../ort/ort.ts';
import { ModelRuntime } from '../session/runtime.ts';
import { tinyModel } from '../testing/tiny-model.ts';
import { readMeasurement, writeMeasurement } from './measurement-store.ts';

const source = await tinyModel(groupedPositions);
const runtime = await ModelRuntime.open('wasm', { preparation: 'never' });
afterAll(() => runtime.close());
beforeEach(() => caches.delete('antiphon-measurements'));

const key = (kind: string) => ({
  kind,
  subject: source.sha256,
  backend: 'wasm',
  adapter: 'cpu',
  ortVersion: ortVersion(),
  ortBuild: ortBuild(),
  threads: ortThreads(),
});

/** No machine measures these. */
const times = [
  { tokens: 1, ms: [1e9, 1e9, 1e9] },
  { tokens: 2, ms: [2e9, 2e9, 2e9] },
];
const noise = { maxLogitDifference: 1.5e-7, meanTotalVariation: 2.5e-9 };

async function costsAndNoise() {
  const model = await runtime.loadModel(source);
  const { costs, noise: measured } = model;
  await model.dispose();
  return { costs, noise: measured };
}

test('a first load keeps its self-check', async () => {
  const first = await costsAndNoise();
  expect(first.costs[0]!.ms).toBeLessThan(1e9);
  expect(await readMeasurement(key('self-check-1'))).toEqual(first.noise);
});

test('a second load takes costs and self-check from the first', async () => {
  await writeMeasurement(key('pass-times-1'), times);
  await writeMeasurement(key('self-check-1'), noise);
  const second = await costsAndNoise();
  expect(second.noise).toEqual(noise);
  expect(second.costs).toEqual([
    { tokens: 1, ms: 1e9 },
    { tokens: 2, ms: 2e9 },
  ]);
});

test('a self-check that failed is neither believed nor kept', async () => {
  const failed = { maxLogitDifference: 3, meanTotalVariation: 0.5 };
  await writeMeasurement(key('self-check-1'), failed);
  const { noise: measured } = await costsAndNoise();
  expect(measured.maxLogitDifference).toBeLessThan(1e-3);
  expect(await readMeasurement(key('self-check-1'))).toEqual(measured);
});

test.each([
  ['file', { subject: '00' }],
  ['backend', { backend: 'webgpu' }],
  ['adapter', { adapter: 'another' }],
  ['version of ONNX Runtime', { ortVersion: '1.0.0' }],
  ['build of ONNX Runtime', { ortBuild: 'another' }],
  ['number of threads', { threads: 64 }],
])('what was measured with another %s does not count', async (_, other) => {
  await writeMeasurement({ ...key('pass-times-1'), ...other }, times);
  expect((await costsAndNoise()).costs[0]!.ms).toBeLessThan(1e9);
});

test.each([
  ['no list', {}],
  ['no times', []],
  ['a width without samples', [{ tokens: 1, ms: [] }]],
  ['no numbers', [{ tokens: 1, ms: [null] }]],
])('a kept value that holds %s is measured again', async (_, value) => {
  await writeMeasurement(key('pass-times-1'), value);
  expect((await costsAndNoise()).costs.length).toBeGreaterThanOrEqual(3);
});
