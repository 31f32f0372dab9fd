import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheFolder, subfolder } from './node-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'antiphon-cache-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test.each<[string, string | undefined]>([
  ['ANTIPHON_CACHE', '/somewhere'],
  ['the platform where that is empty', ''],
  ['the platform where that is missing', undefined],
])('the cache is named by %s', (_, value) => {
  vi.stubEnv('ANTIPHON_CACHE', value);
  vi.stubEnv('XDG_CACHE_HOME', '/xdg');
  const byPlatform = process.platform === 'linux' ? /^\/xdg\/antiphon$/ : /antiphon/;
  expect(cacheFolder()).toMatch(value ? /^\/somewhere$/ : byPlatform);
});

test('a folder is made with those above it, and may be there already', () => {
  vi.stubEnv('ANTIPHON_CACHE', join(folder, 'a', 'b'));
  for (let time = 0; time < 2; time++) {
    expect(subfolder('locks')).toBe(join(folder, 'a', 'b', 'locks'));
    expect(statSync(join(folder, 'a', 'b', 'locks')).isDirectory()).toBe(true);
  }
});

test('below a file no folder can be made', () => {
  writeFileSync(join(folder, 'file'), '');
  vi.stubEnv('ANTIPHON_CACHE', join(folder, 'file'));
  expect(() => subfolder('locks')).toThrow(/ENOTDIR|EEXIST|ENOENT/);
  writeFileSync(join(folder, 'locks'), '');
  vi.stubEnv('ANTIPHON_CACHE', folder);
  expect(() => subfolder('locks')).toThrow('EEXIST');
});

// Node's mkdir with `recursive` never returns there.
test.skipIf(!existsSync('/proc/self'))('where the system makes no folders at all the attempt ends', () => {
  vi.stubEnv('ANTIPHON_CACHE', '/proc/antiphon');
  expect(() => subfolder('locks')).toThrow(/ENOENT|EACCES/);
});
