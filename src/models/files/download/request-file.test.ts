import { expect, test } from 'vitest';
import { TestTimer } from '../../testing/test-timer.ts';
import { announcedLength, presumedLength, requestFile, withStallLimit } from './request-file.ts';

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

test('a server that never answers is given up, and the connection closed', async () => {
  let signal: AbortSignal | null | undefined;
  const fetch: typeof globalThis.fetch = (_, init) => {
    signal = init?.signal;
    return new Promise(() => {});
  };
  const timer = new TestTimer();
  timer.stallNext();
  const request = requestFile('https://h/f', { method: 'HEAD', cache: 'no-cache' }, { fetch, timer });
  await expect(request).rejects.toMatchObject({ code: 'download', details: { reason: 'stalled' } });
  expect(signal?.aborted).toBe(true);
});

test.each<[string, (source: ReadableStreamDefaultController) => unknown, string]>([
  ['stalls', () => new Promise(() => {}), 'stalled'],
  ['breaks off', (source) => source.error(new TypeError('terminated')), 'interrupted'],
])('a limited body that %s fails with what arrived', async (_, end, reason) => {
  const timer = new TestTimer();
  const pieces = [new Uint8Array(2)];
  const source = new ReadableStream({
    pull(controller) {
      const piece = pieces.pop();
      return piece ? controller.enqueue(piece) : (end(controller) as Promise<void>);
    },
  });
  const reader = withStallLimit(new Response(source), 'https://h/f', timer).body!.getReader();
  // It has the first piece, and asks for the next one when that is taken.
  await new Promise((resolve) => setImmediate(resolve));
  timer.stallNext();
  expect((await reader.read()).value).toHaveLength(2);
  await expect(reader.read()).rejects.toMatchObject({
    code: 'download',
    details: { reason, bytesReceived: 2 },
  });
});
