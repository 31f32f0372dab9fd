import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** A folder imports only from folders before it, so that no stage ever sees the loop, the port or the page. */
const folderOrder = [
  'errors',
  'random',
  'concurrency',
  'tokens',
  'prompt',
  'host',
  'gpu',
  'models',
  'sample',
  'combine',
  'verify',
  'round',
  'decode',
  'engine',
  'trace',
  'pilot',
  'rpc',
  'openai',
  'node',
  'ui',
  'player',
];

const source = import.meta.dirname;
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const folderOf = (file: string) => file.split(/[/\\]/)[0];

test('every folder has its place in the order', () => {
  const folders = new Set(files.filter((file) => /[/\\]/.test(file)).map(folderOf));
  expect([...folders].filter((folder) => !folderOrder.includes(folder))).toEqual([]);
});

test('folders import only from folders before them', () => {
  const against: string[] = [];
  for (const file of files.filter((name) => /[/\\]/.test(name) && !/\.test\.ts$|testing[/\\]/.test(name))) {
    const text = readFileSync(join(source, file), 'utf8');
    for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const target = relative(source, resolve(source, dirname(file), specifier));
      if (folderOrder.indexOf(folderOf(target)) > folderOrder.indexOf(folderOf(file))) {
        against.push(`${file} imports ${target}`);
      }
    }
  }
  expect(against).toEqual([]);
});

test('templates set styles as properties, not as attributes, which a strict Content-Security-Policy blocks', () => {
  const blocked = files.filter(
    (file) => /^(ui|player)[/\\]/.test(file) && /\sstyle=/.test(readFileSync(join(source, file), 'utf8')),
  );
  expect(blocked).toEqual([]);
});
