import type { ForkOptions } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TableEngine } from '../../src/openai/testing/table-engine.ts';
import { FileCases } from './file-cases.ts';
import type { Cases } from './mutation-kinds.ts';
import { OpenAiCases } from './open-ai-cases.ts';
import { outcomeTable } from './run-mutations.ts';
import { catalogueSubjects, configSubjects, modelSubjects, tokenizerSubjects } from './subjects.ts';
import { TraceCases } from './trace-cases.ts';

/* A few seeds of each kind; `npm run test:mutations` has hundreds. */

// As in the other tests of engines in processes: V8's optimising compiler is most of what they would take.
vi.mock('node:child_process', async (original) => {
  const real = await original<typeof import('node:child_process')>();
  const fork = ((path: string, args: readonly string[], options: ForkOptions) =>
    real.fork(path, args, { ...options, execArgv: ['--liftoff-only'] })) as typeof real.fork;
  return { ...real, fork };
});

const cache = mkdtempSync(join(tmpdir(), 'antiphon-mutations-'));
beforeAll(() => void vi.stubEnv('ANTIPHON_CACHE', cache));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

const someSubjects = [modelSubjects, configSubjects, tokenizerSubjects, catalogueSubjects].map(
  ([one]) => one,
);

test.each<[name: string, seeds: number, open: () => Promise<Cases>]>([
  ['file of a model', 4, () => FileCases.open(someSubjects, cache)],
  ['recording', 20, () => TraceCases.open()],
  ['request in the form of OpenAI', 20, async () => new OpenAiCases(new TableEngine(), 'talker')],
])('a broken %s is refused with a code, or does no harm', async (_, seeds, open) => {
  const cases = await open();
  try {
    for (let seed = 1; seed <= seeds; seed++) {
      expect(await cases.run(seed), `seed ${seed}`).toMatchObject({ fault: null });
    }
  } finally {
    await cases.close();
  }
});

test('the table of outcomes counts the ends of a kind, faults apart', () => {
  const one = { kind: 'trace', seed: 1, end: 'works', fault: null, what: '' } as const;
  const table = outcomeTable([one, { ...one, end: 'hangs', fault: 'does not end' }, { ...one, seed: 2 }]);
  expect(table.split('\n').map((line) => line.trim())).toEqual([
    '2  trace      works',
    '1  trace      FAULT (hangs)',
    '',
  ]);
});
