import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { bundledModels } from '../../src/engine/testing/bundled-models.ts';
import { TableEngine } from '../../src/openai/testing/table-engine.ts';
import { FileCases } from './file-cases.ts';
import { OpenAiCases } from './open-ai-cases.ts';
import type { Cases } from './outcome.ts';
import { outcomeTable } from './outcome-table.ts';
import { catalogueSubjects, configSubjects, modelSubjects, tokenizerSubjects } from './subjects.ts';
import { TraceCases } from './trace-cases.ts';

/* A few seeds of each kind; `npm run test:mutations` has hundreds. */

const cache = mkdtempSync(join(tmpdir(), 'antiphon-mutations-'));
beforeAll(() => void vi.stubEnv('ANTIPHON_CACHE', cache));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

const openEngine = async (origin: string) =>
  new Engine({ ...bundledModels('wasm'), modelsUrl: `${origin}/`, catalogueUrl: `${origin}/catalogue.json` });
const someSubjects = [modelSubjects, configSubjects, tokenizerSubjects, catalogueSubjects].map(
  ([one]) => one,
);

test.each<[name: string, seeds: number, open: () => Promise<Cases>]>([
  ['file of a model', 4, () => FileCases.open(someSubjects, openEngine, cache)],
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
