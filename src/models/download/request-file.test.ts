import { expect, test } from 'vitest';
import { announcedLength } from './request-file.ts';

function answer(headers: Record<string, string>, type: ResponseType = 'basic', status = 200): Response {
  const response = new Response(null, { headers: { 'content-length': '10', ...headers }, status });
  return Object.defineProperty(response, 'type', { value: type });
}

test.each<[string, Response, number | null]>([
  ['a file', answer({}), 10],
  ['a file of another origin', answer({ 'content-type': 'application/octet-stream' }, 'cors'), 10],
  ['what is compressed', answer({ 'content-encoding': 'gzip' }), null],
  [
    'text of another origin, which may be compressed unseen',
    answer({ 'content-type': 'application/json' }, 'cors'),
    null,
  ],
  ['a part of it', answer({ 'content-type': 'text/plain; charset=utf-8' }, 'cors', 206), 10],
])('the length of %s', (_, response, length) => expect(announcedLength(response)).toBe(length));
