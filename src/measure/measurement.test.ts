import { expect, test } from 'vitest';
import { readMeasurement } from './measurement.ts';
import { backendOf, measurementOf, methodOf } from './testing/example-measurement.ts';

const measurement = measurementOf(
  backendOf('wasm', (tokens) => tokens, [methodOf('speculative', 1.2)]),
  { outcome: 'unavailable', backend: 'webgpu', reason: 'no graphics adapter was found' },
);

test('what was saved is read back', () => {
  expect(readMeasurement(JSON.stringify(measurement))).toEqual(measurement);
});

test.each([
  ['{"format": "antiphon-mea', /^not a measurement that can be read: it is not JSON: save it again$/],
  ['[]', /format/],
  [
    { ...measurement, format: 'antiphon-trace' },
    /format must be "antiphon-measurement"; it is "antiphon-trace"/,
  ],
  [
    { ...measurement, version: 2 },
    /its version is 2, and this reader knows 1: use the version of Antiphon that wrote it$/,
  ],
  [{ ...measurement, backends: [] }, /backends must/],
  [{ ...measurement, host: { ...measurement.host, cores: 0 } }, /host\.cores must/],
  [
    { ...measurement, backends: [backendOf('wasm', () => 0, [])] },
    /backends\.0\.models\.0\.passes\.0\.ms\.0 must/,
  ],
])('%# is refused by name', (file, message) => {
  expect(() => readMeasurement(typeof file === 'string' ? file : JSON.stringify(file))).toThrow(message);
});
