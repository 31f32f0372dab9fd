import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nodeKeptValues } from './node-kept-values.ts';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'antiphon-cache-'));
  vi.stubEnv('ANTIPHON_CACHE', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

const folder = () => join(cache, 'measurements');
const onlyFile = () => join(folder(), readdirSync(folder())[0]!);

test('a value comes back under its key alone, and the last one counts', async () => {
  expect(await nodeKeptValues.read('costs/a')).toBeNull();
  await nodeKeptValues.write('costs/a', { ms: [1, 2] });
  await nodeKeptValues.write('costs/a', { ms: [3] });
  await nodeKeptValues.write('costs/b', 7);
  expect(await nodeKeptValues.read('costs/a')).toEqual({ ms: [3] });
  expect(await nodeKeptValues.read('costs/b')).toBe(7);
  expect(await nodeKeptValues.read('costs/c')).toBeNull();
});

test('keys may hold what names of files may not, and be long', async () => {
  const key = `costs/https%3A%2F%2Fx/${'../'.repeat(99)}con:*?"<>|`;
  await nodeKeptValues.write(key, true);
  expect(await nodeKeptValues.read(key)).toBe(true);
  expect(readdirSync(folder())).toHaveLength(1);
});

test('values that are written together leave one of them whole, and nothing beside it', async () => {
  const values = Array.from({ length: 20 }, (_, index) => ({ index, text: 'x'.repeat(10_000) }));
  await Promise.all(values.map((value) => nodeKeptValues.write('k', value)));
  expect(values).toContainEqual(await nodeKeptValues.read('k'));
  expect(readdirSync(folder())).toHaveLength(1);
});

test.each<[string, () => void]>([
  ['is cut short', () => writeFileSync(onlyFile(), readFileSync(onlyFile()).subarray(0, 9))],
  ['holds another key', () => writeFileSync(onlyFile(), '{"key": "other", "value": 1}')],
  ['holds no object', () => writeFileSync(onlyFile(), 'null')],
])('a file that %s is as good as none, and is written anew', async (_, damage) => {
  await nodeKeptValues.write('k', 1);
  damage();
  expect(await nodeKeptValues.read('k')).toBeNull();
  await nodeKeptValues.write('k', 2);
  expect(await nodeKeptValues.read('k')).toBe(2);
});

test('where the cache is no folder nothing is kept, and nothing fails', async () => {
  const file = join(cache, 'file');
  writeFileSync(file, '');
  vi.stubEnv('ANTIPHON_CACHE', file);
  await nodeKeptValues.write('k', 1);
  expect(await nodeKeptValues.read('k')).toBeNull();
});
