import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { criteriaPresets } from '../../src/pilot/criteria.ts';
import { planPilot } from '../../src/pilot/plan.ts';
import { fakeRun } from '../../src/pilot/testing/fake-pilot.ts';
import { parsePilotOptions } from './options.ts';
import { RunFile } from './run-file.ts';

function titlesOf(line: string): string[] {
  const options = parsePilotOptions(line.split(' ').filter(Boolean));
  if (!options) throw new Error('help was asked for');
  const { groups } = planPilot(options.settings([{ text: 'one', id: null }])).plan;
  return groups.flatMap(({ title, methods }) => methods.map((method) => `${title}: ${method.title}`));
}

test.each([
  {
    line: 'p.jsonl',
    titles: [
      'story-base: plain',
      'story-base: draft model, γ = 2',
      'story-base: draft model, γ = 4',
      'story-fairy × story-space, λ = 0.5 · 0.5: sequential',
      'story-fairy × story-space, λ = 0.5 · 0.5: alternate (CoS), γ = 1',
      'story-fairy × story-space, λ = 0.5 · 0.5: naive, γ = 1',
    ],
  },
  {
    line: 'p.jsonl --methods ngram --draft-length 3,adaptive --acceptance exact,lenient:1.5',
    titles: [
      'story-base: plain',
      ...['n-gram look-up, γ = 3', 'n-gram look-up, γ = 3, lenient ℓ = 1.5'].map(
        (title) => `story-base: ${title}`,
      ),
      'story-base: n-gram look-up, γ = adaptive',
      'story-base: n-gram look-up, γ = adaptive, lenient ℓ = 1.5',
    ],
  },
  {
    line: 'p.jsonl --methods alternate --weights 0.2,0.7 --acceptance typical:0.3,0.1',
    titles: ['0.2 · 0.8', '0.7 · 0.3'].flatMap((weights) =>
      ['sequential', 'alternate (CoS), γ = 1, typical ε = 0.3, δ = 0.1'].map(
        (title) => `story-fairy × story-space, λ = ${weights}: ${title}`,
      ),
    ),
  },
  {
    line: 'p.jsonl --methods black-box --mu 0.1,0.3 --members story-base,story-draft',
    titles: [0.1, 0.3].flatMap((mu) =>
      ['sequential', 'black box, γ = 1'].map(
        (title) => `story-base × story-draft, contrastive μ = ${mu}: ${title}`,
      ),
    ),
  },
])('$line', ({ line, titles }) => {
  expect(titlesOf(line)).toEqual(titles);
});

test('only the models of what is picked are loaded', () => {
  const models = (line: string) => parsePilotOptions(line.split(' '))?.usedModels;
  expect(models('p --methods ngram')).toEqual(['story-base']);
  expect(models('p --methods mixture')).toEqual(['story-fairy', 'story-space']);
});

test.each([
  ['', /0 files of prompts/],
  ['a b', /2 files of prompts/],
  ['p --methods plain', /--methods is 'plain'/],
  ['p --weights 0.5 --combine contrastive', /--weights is '0.5', but --combine is contrastive/],
  ['p --mu 0.5 --combine weighted', /--mu is '0.5', but --combine is weighted/],
  ['p --weights 1.5', /--weights has 1.5/],
  ['p --min-speed-up -1', /--min-speed-up is -1/],
  ['p --max-deviation much', /--max-deviation is 'much'/],
  ['p --max-pass-rate-loss 2', /--max-pass-rate-loss is 2; give a number from 0 to 1/],
  ['p --criteria lax', /--criteria is 'lax'; give one of strict, balanced, fast, or a file/],
  ['p --criteria package.json', /--criteria: package.json: name: Invalid/],
  ['p --cost-per-forward story-base', /cost per forward: 'story-base' is not a cost/],
])('%j is refused', (line, message) => {
  expect(() => parsePilotOptions(line.split(' ').filter(Boolean))).toThrow(message);
});

test('criteria are a preset’s or a report’s, but for those that are given', () => {
  const criteria = (line: string) => parsePilotOptions(`p ${line}`.trim().split(' '))?.criteria;
  expect(criteria('')).toEqual(criteriaPresets.balanced);
  expect(criteria('--criteria strict --min-same-texts 0')).toEqual({
    ...criteriaPresets.strict,
    minSameTexts: 0,
  });
  const file = join(folder, 'report.json');
  writeFileSync(file, JSON.stringify({ version: '1.0', criteria: { minSpeedUp: 1.7, maxDeviation: 0.2 } }));
  expect(criteria(`--criteria ${file} --max-pass-rate-loss 0.1`)).toEqual({
    ...{ minSpeedUp: 1.7, maxDeviation: 0.2, minSameTexts: 0, maxPassRateLoss: 0.1 },
  });
});

const folder = mkdtempSync(join(tmpdir(), 'antiphon-pilot-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a file of kept runs gives back those of its key, behind a line that was cut off too', async () => {
  const path = join(folder, 'runs.jsonl');
  const runs = [0, 1, 2].map((number) => fakeRun({ case: number }));
  const file = new RunFile(path, false);
  await file.add('a', runs[0]);
  await file.add('b', runs[1]);
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, -20));
  const again = new RunFile(path, false);
  await again.add('a', runs[2]);
  expect(await again.read('a')).toEqual([runs[0], runs[2]]);
  expect(await again.read('b')).toEqual([]);
  expect(await new RunFile(path, true).read('a')).toEqual([]);
});
