import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type Comparison, compareCases, templateFolder } from '../../src/prompt/testing/template-cases.ts';

/** Of published templates, and of what `make.py` makes up. */
const maxRefusedShare = 0.05;

const folders = [new URL('expected/', templateFolder)];
const more = process.env.ANTIPHON_PROMPT_CASES;
if (more !== undefined) folders.push(pathToFileURL(`${resolve(more)}/`));

const files = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /(^|-)(snippets|chats)\.json$/.test(name))
    .map((name) => ({ name, file: new URL(name, folder) })),
);

const rows: Record<string, { cases: number; differences: number; refused: number; refusals: string }> = {};
afterAll(() => console.table(rows));

describe('templates write what they write in Python', () => {
  test.each(files)('$name', ({ name, file }) => {
    const comparisons = compareCases(file);
    for (const group of new Set(comparisons.map((comparison) => comparison.group))) {
      rows[`${name.replace('.json', '')}: ${group}`] = rowOf(
        comparisons.filter((comparison) => comparison.group === group),
      );
    }
    expect(comparisons.filter(({ verdict }) => verdict === 'different')).toEqual([]);
    const refused = comparisons.filter(({ verdict }) => verdict === 'refused');
    expect(refused.length / comparisons.length).toBeLessThanOrEqual(maxRefusedShare);
  });
});

function rowOf(cases: readonly Comparison[]) {
  const refused = cases.filter(({ verdict }) => verdict === 'refused');
  const reasons = refused.map(({ seen }) => ('fault' in seen ? reasonIn(seen.fault) : ''));
  return {
    cases: cases.length,
    differences: cases.filter(({ verdict }) => verdict === 'different').length,
    refused: refused.length,
    refusals: [...new Set(reasons)].slice(0, 4).join('; '),
  };
}

/** "the filter "random" is not supported here" of an error's message. */
const reasonIn = (message: string): string => /line \d+: ([^;]*)/.exec(message)?.[1] ?? message;
