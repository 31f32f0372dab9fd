import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectFolder } from './build.ts';

test('files that CONTRIBUTING.md leads to exist', () => {
  const text = readFileSync(join(projectFolder, 'CONTRIBUTING.md'), 'utf8');
  const named = [...text.matchAll(/`((?:src|scripts|docs|public|e2e)\/[\w./-]+)`/g)].map(([, path]) => path);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((path) => !existsSync(join(projectFolder, path)))).toEqual([]);
});
