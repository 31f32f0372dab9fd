import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { linkSignals } from './link-signals.ts';

test('the first signal that aborts gives its reason, and all are let go', () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const { signal } = linkSignals(first.signal, undefined, second.signal);
  expect(signal.aborted).toBe(false);
  second.abort('second');
  first.abort('first');
  expect(signal.reason).toBe('second');
  expect(getEventListeners(first.signal, 'abort')).toEqual([]);
});

test('a signal that has aborted before aborts at once', () => {
  const other = new AbortController();
  expect(linkSignals(other.signal, AbortSignal.abort('before')).signal.reason).toBe('before');
  expect(getEventListeners(other.signal, 'abort')).toEqual([]);
});

test('released signals neither keep anything nor abort any more', () => {
  const source = new AbortController();
  const { signal, release } = linkSignals(source.signal);
  release();
  expect(getEventListeners(source.signal, 'abort')).toEqual([]);
  source.abort();
  expect(signal.aborted).toBe(false);
});
