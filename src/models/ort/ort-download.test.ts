import { expect, test } from 'vitest';
import { onOrtDownload, watchOrtDownload } from './ort-download.ts';

const url = 'https://stories.example/ort.wasm';

/** A place whose fetch answers everything with these bytes. */
function scopeAnswering(bytes: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const original: typeof fetch = async () => new Response(bytes, { headers });
  return { original, scope: { fetch: original } };
}

test('the bytes of one file are counted, and reach whoever asked for it', async () => {
  const { original, scope } = scopeAnswering(new Uint8Array([1, 2, 3]), { 'content-length': '3' });
  watchOrtDownload(url, scope);
  const heard: unknown[] = [];
  const end = onOrtDownload((...report) => heard.push(report));
  await (await scope.fetch('https://stories.example/other.js')).arrayBuffer();
  expect(heard).toEqual([]);
  const response = await scope.fetch(url);
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
  await expect.poll(() => heard.at(-1)).toEqual([3, 3]);
  // Once it is under way nothing stands between the page and its fetches.
  expect(scope.fetch).toBe(original);
  end();
});

test('a total that counts compressed bytes is none', async () => {
  const { scope } = scopeAnswering(new Uint8Array(5), { 'content-length': '2', 'content-encoding': 'br' });
  watchOrtDownload(url, scope);
  const heard: unknown[] = [];
  const end = onOrtDownload((...report) => heard.push(report));
  await scope.fetch(new Request(url));
  await expect.poll(() => heard.at(-1)).toEqual([5, null]);
  end();
});
