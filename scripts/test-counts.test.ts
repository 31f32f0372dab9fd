import { expect, test } from 'vitest';
import { addCounts, type Counts, countsInWords, playwrightCounts, vitestCounts } from './test-counts.ts';

test.each<[Counts, string]>([
  [{ passed: 12, failed: 0, skipped: 0 }, '12 passed, 0 failed'],
  [{ passed: 0, failed: 2, skipped: 0 }, '0 passed, 2 failed'],
  [{ passed: 3, failed: 1, skipped: 2 }, '3 passed, 1 failed, 2 skipped'],
])('%o reads "%s"', (counts, words) => {
  expect(countsInWords(counts)).toBe(words);
});

test('parts add up', () => {
  expect(addCounts({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 20, skipped: 30 })).toEqual({
    passed: 11,
    failed: 22,
    skipped: 33,
  });
});

test('a Vitest file that breaks before its first test is a failure', () => {
  const report = {
    numPassedTests: 4,
    numFailedTests: 1,
    numPendingTests: 1,
    numTodoTests: 1,
    testResults: [
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'failed', assertionResults: [] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ],
  };
  expect(vitestCounts(report)).toEqual({ passed: 4, failed: 2, skipped: 2 });
});

test('a flaky Playwright test and a spec that does not load are failures', () => {
  const report = { stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 0 }, errors: [{ message: 'x' }] };
  expect(playwrightCounts(report)).toEqual({ passed: 5, failed: 3, skipped: 0 });
});
