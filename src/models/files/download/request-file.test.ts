import { expect, test } from 'vitest';
import { announcedLength, presumedLength } from './request-file.ts';

function answer(headers: Record<string, string>, type: ResponseType = 'basic', status = 200): Response {
  const response = new Response(null, { headers: { 'content-length': '10', ...headers }, status });
  return Object.defineProperty(response, 'type', { value: type });
}

test.each<[string, Response, number | null, number | null]>([
  ['a file', answer({}), 10, 10],
  ['text', answer({ 'content-type': 'application/json' }), 10, 10],
  ['a file that is not compressed, and says so', answer({ 'content-encoding': 'identity' }, 'cors'), 10, 10],
  ['what is compressed', answer({ 'content-encoding': 'gzip' }), null, null],
  [
    'what is compressed at another origin, which shows it',
    answer({ 'content-encoding': 'gzip' }, 'cors'),
    null,
    null,
  ],
  [
    'a file of another origin, which may be compressed unseen',
    answer({ 'content-type': 'application/octet-stream' }, 'cors'),
    null,
    10,
  ],
  [
    'text of another origin, which mostly is',
    answer({ 'content-type': 'application/json' }, 'cors'),
    null,
    null,
  ],
  ['a part of it', answer({ 'content-type': 'text/plain; charset=utf-8' }, 'cors', 206), 10, 10],
])('the length of %s', (_, response, certain, presumed) => {
  expect(announcedLength(response)).toBe(certain);
  expect(presumedLength(response)).toBe(presumed);
});
