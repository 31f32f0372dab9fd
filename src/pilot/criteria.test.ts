import { expect, test } from 'vitest';
import { criteriaPresets, noCriteria, presetNames, presetOf, readCriteria } from './criteria.ts';

test.each(presetNames)('%s is known by its numbers until one is changed', (name) => {
  const preset = criteriaPresets[name];
  expect(presetOf({ ...preset })).toBe(name);
  expect(presetOf({ ...preset, minSpeedUp: 3 })).toBeNull();
});

test('each preset asks for more speed and less sameness than the one before it', () => {
  const order = presetNames.map((name) => criteriaPresets[name]);
  for (const [before, after] of [order.slice(0, 2), order.slice(1)]) {
    expect(after.minSpeedUp).toBeGreaterThan(before.minSpeedUp);
    expect(after.minSameTexts).toBeLessThan(before.minSameTexts);
    expect(after.maxDeviation).toBeGreaterThan(before.maxDeviation);
    expect(after.maxPassRateLoss).toBeGreaterThan(before.maxPassRateLoss);
  }
});

test('criteria of an older version ask for nothing that it did not know', () => {
  expect(readCriteria({ minSpeedUp: 1.3, maxDeviation: 0.02 })).toEqual({
    ...noCriteria,
    minSpeedUp: 1.3,
    maxDeviation: 0.02,
  });
});

test.each([
  [{ minSpeedUp: -1 }, /^minSpeedUp: /],
  [{ maxPassRateLoss: 2 }, /^maxPassRateLoss: /],
  [{ speed: 2 }, /^speed: /],
  ['fast', /^criteria: /],
])('%j is refused by its field', (value, message) => {
  expect(() => readCriteria(value)).toThrow(message);
});
