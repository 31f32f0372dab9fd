import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type Comparison, compareFolder, expectedFolder, table } from './compare.ts';

/*
 * All that tokenizers.test.ts compares, on fresh texts as well: those that make.py writes where ANTIPHON_PYTHON (or python3)
 * has the package, and those in the folder that ANTIPHON_PROMPT_CASES names.
 */

const python = process.env.ANTIPHON_PYTHON ?? 'python3';
const hasTokenizers = spawnSync(python, ['-c', 'import tokenizers']).status === 0;
const seed = process.env.ANTIPHON_PROMPT_SEED ?? String(Date.now() % 1_000_000);
const cases = process.env.ANTIPHON_PROMPT_CASES;

const compared: Comparison[] = [];
afterAll(() => {
  const refusals = compared.flatMap(({ group, component, refused }) =>
    refused === null ? [] : [`${group}, ${component}: ${refused}`],
  );
  process.stdout.write(`\n${table(compared)}\n\nRefused:\n${[...new Set(refusals)].join('\n')}\n\n`);
});

function expectNoDifference(folder: string): void {
  const comparisons = compareFolder(folder);
  compared.push(...comparisons);
  expect(comparisons.length).toBeGreaterThan(0);
  expect(comparisons.filter(({ differences }) => differences.length > 0)).toEqual([]);
}

describe('tokenizers give the ids and texts of Python’s `tokenizers`', () => {
  test('on the committed texts', () => expectNoDifference(expectedFolder));

  test.skipIf(!hasTokenizers)(`on fresh texts of seed ${seed}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'antiphon-prompts-'));
    try {
      const script = fileURLToPath(new URL('make.py', import.meta.url));
      const made = spawnSync(python, [script, '--seed', seed, '--count', '100', '--out', folder], {
        encoding: 'utf8',
      });
      expect(made).toMatchObject({ status: 0, stderr: '' });
      expectNoDifference(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.skipIf(cases === undefined)(`on those in ${cases}`, () => expectNoDifference(resolve(cases!)));
});
