import { expect, test } from 'vitest';
import { EngineError, type EngineErrorCode, type ErrorDetails } from '../../errors/engine-error.ts';
import { describeFailure, type Remedy } from './failure.ts';

test.each<readonly [EngineErrorCode, Remedy]>([
  ['download', 'retry'],
  ['integrity', 'retry'],
  ['storage-full', 'retry'],
  ['vocabulary-mismatch', 'change-request'],
  ['invalid-request', 'change-request'],
  ['context-full', 'change-request'],
  ['invalid-trace', 'change-request'],
  ['device-lost', 'retry'],
  ['worker-lost', 'restart-engine'],
])('a failure of code %s keeps code and message and offers: %s', (code, remedy) => {
  const failure = describeFailure(new EngineError(code, 'what happened'));
  expect(failure).toMatchObject({ code, message: 'what happened', remedy });
});

const known = ['story-base', 'story-draft'];

test.each<readonly [name: string, code: EngineErrorCode, details: ErrorDetails, remedy: Remedy]>([
  ['an unknown model', 'model-load', { model: 'nope', known }, 'change-request'],
  ['an unknown model where nothing is known', 'model-load', { model: 'nope', known: [] }, 'change-request'],
  ['an unknown repository', 'model-load', { repo: 'owner/nope', status: 404 }, 'change-request'],
  ['an address that is none', 'model-load', { address: 'http://' }, 'change-request'],
  ['a session that was not created', 'model-load', { model: 'story-base' }, 'retry'],
  ['a file that is kept from this page', 'download', { reason: 'access', status: 401 }, 'change-request'],
  ['a file that is not there yet', 'download', { reason: 'http-status', status: 404 }, 'retry'],
  ['a server that is busy', 'download', { reason: 'http-status', status: 503 }, 'retry'],
  ['a download that broke off', 'download', { reason: 'interrupted' }, 'retry'],
  ['a model of an unknown kind', 'model-unsupported', {}, 'change-request'],
  ['an unknown dtype', 'invalid-request', { dtype: 'q3', known: ['q4', 'q8'] }, 'change-request'],
])('after %s the page offers: %s %j %s', (_name, code, details, remedy) => {
  expect(describeFailure(new EngineError(code, 'what happened', { details })).remedy).toBe(remedy);
});

test('an unknown model is told with those there are, and nothing else is', () => {
  const failed = (code: EngineErrorCode, details: ErrorDetails) =>
    describeFailure(new EngineError(code, 'what happened', { details })).knownModels;
  expect(failed('model-load', { model: 'nope', known })).toEqual(known);
  expect(failed('invalid-request', { dtype: 'q3', known: ['q4', 'q8'] })).toEqual([]);
  expect(failed('download', {})).toEqual([]);
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
