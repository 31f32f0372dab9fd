import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bundledTokenizer } from '../../tokens/testing/bundled-tokenizer.ts';
import { readCatalogue } from './catalogue.ts';
import { onnxPath } from './dtype.ts';

const modelsFolder = new URL('../../../public/models/', import.meta.url);
const catalogueJson = JSON.parse(readFileSync(new URL('catalogue.json', modelsFolder), 'utf8'));
const catalogue = readCatalogue(catalogueJson, 'catalogue.json');

describe('the bundled catalogue', () => {
  test('lists every folder beside it', () => {
    const folders = readdirSync(modelsFolder).filter((name) =>
      statSync(new URL(name, modelsFolder)).isDirectory(),
    );
    expect(catalogue.models.map(({ folder }) => folder).sort()).toEqual(folders.sort());
  });

  test.each(catalogue.models.map((entry) => [entry.id, entry] as const))(
    'matches the files of %s',
    (_, entry) => {
      const folder = new URL(`${entry.folder}/`, modelsFolder);
      const present = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => statSync(new URL(path, folder)).isFile())
        .sort()
        .map((path) => {
          const bytes = readFileSync(new URL(path, folder));
          return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
        });
      expect([...entry.files].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(present);
      expect(entry.files.map(({ path }) => path)).toContain(onnxPath(entry.dtype));
      const config = JSON.parse(readFileSync(new URL('config.json', folder), 'utf8'));
      expect(entry.contextLength).toBe(config.max_position_embeddings);
      expect(entry.vocabulary.size).toBe(config.vocab_size);
    },
  );

  test('gives all models the fingerprint of their common tokenizer', () => {
    const { fingerprint } = bundledTokenizer();
    expect(catalogue.models.map(({ vocabulary }) => vocabulary.fingerprint)).toEqual(
      catalogue.models.map(() => fingerprint),
    );
  });
});

const [entry] = catalogueJson.models;

test.each([
  ['an empty object', {}],
  ['an entry without files', { version: 1, models: [{ ...entry, files: undefined }] }],
  [
    'a hash of the wrong length',
    { version: 1, models: [{ ...entry, files: [{ path: 'a', bytes: 1, sha256: 'ab' }] }] },
  ],
  ['a path out of its folder', { version: 1, models: [{ ...entry, folder: '../secret' }] }],
  ['an absolute folder', { version: 1, models: [{ ...entry, folder: '/etc' }] }],
  ['two entries with one id', { version: 1, models: [entry, entry] }],
  ['a version of the future', { version: 2, models: [entry] }],
])('%s is refused as a catalogue', (_, json) => {
  expect(() => readCatalogue(json, 'x/catalogue.json')).toThrow(
    expect.objectContaining({ code: 'integrity', message: expect.stringContaining('x/catalogue.json') }),
  );
});
