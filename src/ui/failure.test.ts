import { expect, test } from 'vitest';
import { EngineError, type EngineErrorCode } from '../errors/engine-error.ts';
import { describeFailure, type Remedy } from './failure.ts';

test.each<readonly [EngineErrorCode, Remedy]>([
  ['download', 'retry'],
  ['integrity', 'retry'],
  ['invalid-request', 'change-request'],
  ['context-full', 'change-request'],
  ['invalid-trace', 'change-request'],
  ['device-lost', 'restart-engine'],
  ['worker-lost', 'restart-engine'],
])('a failure of code %s keeps code and message and offers: %s', (code, remedy) => {
  const failure = describeFailure(new EngineError(code, 'what happened'));
  expect(failure).toMatchObject({ code, message: 'what happened', remedy });
});

test.each<readonly [EngineErrorCode, boolean]>([
  ['out-of-memory', true],
  ['device-lost', false],
])('the engine’s words of %s have numbers for the reader: %s', (code, hasNumbers) => {
  expect(describeFailure(new EngineError(code, '2 GB of 1 GB')).hasNumbers).toBe(hasNumbers);
});

test.each([
  ['an error of another class', new TypeError('no such module'), 'no such module'],
  ['an error without words', new Error(''), 'No reason was given.'],
  ['a thrown text', 'gone', 'gone'],
])('%s is told as unexpected', (_name, thrown, message) => {
  expect(describeFailure(thrown)).toMatchObject({ code: 'unexpected', message, remedy: 'reload-page' });
});
