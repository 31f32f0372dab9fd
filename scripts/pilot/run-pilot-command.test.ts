import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { criteriaPresets } from '../../src/pilot/criteria.ts';
import type { PilotReport } from '../../src/pilot/report.ts';
import { openInNode } from '../terminal/node-terminal.ts';
import { runCommand } from '../terminal/run-command.ts';
import { captured } from '../testing/captured-io.ts';
import { pilot as command } from './run-pilot-command.ts';

const noBrowser = () => Promise.reject(new Error('these tests have no browser'));

/** The command in this process, its engine in one of its own, on WASM. */
const pilot = (args: readonly string[]) =>
  captured((io) =>
    runCommand(
      command,
      ['--backend', 'wasm', ...args],
      io,
      { node: openInNode, browser: noBrowser },
      'antiphon pilot',
    ),
  );

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'antiphon-pilot-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

test('a pilot goes on where it was interrupted, and writes its report', async () => {
  const file = join(folder, 'prompts.jsonl');
  const writePrompts = (expected: string): void =>
    writeFileSync(file, `{"prompt": "Long ago", "expected": ${expected}}\n"One day"\n`);
  writePrompts('{"pattern": "\\\\w"}');
  const out = join(folder, 'report');
  const args = [
    ...[file, '--methods', 'ngram', '--draft-length', '2', '--temperature', '0', '--max-tokens', '12'],
    ...['--cost-per-forward', 'story-base=5', '--criteria', 'fast', '--json', '--out', out],
  ];
  const whole = await pilot(args);
  expect(whole).toMatchObject({ status: 0 });
  const report: PilotReport = JSON.parse(whole.stdout);
  expect(report.runs.length).toBe(4);
  expect(report.environment).toMatchObject({ browser: `Node.js ${process.versions.node}` });
  expect(report.criteria).toEqual(criteriaPresets.fast);
  expect(report.methods[0]).toMatchObject({ passRate: { passed: 1, judged: 1 }, cost: { perToken: 5 } });
  expect(report.methods[1]).toMatchObject({
    texts: { compared: 2, identical: 2 },
    passes: { compared: 1, onlyMethod: 0, onlyReference: 0 },
  });
  expect(report.methods[1].cost?.ratio).toBeLessThanOrEqual(1);
  for (const name of ['report.html', 'report.json', 'methods.csv', 'runs.csv']) {
    expect(existsSync(join(out, name))).toBe(true);
  }

  // As an interruption leaves it: three runs, the last one's line cut off.
  const kept = join(out, 'kept-runs.jsonl');
  const lines = readFileSync(kept, 'utf8').split('\n');
  writeFileSync(kept, `${lines.slice(0, 2).join('\n')}\n${lines[2].slice(0, 50)}`);
  writePrompts('"something else"');
  const rest = await pilot(args);
  const again: PilotReport = JSON.parse(rest.stdout);
  // What is kept is judged by the new expectation, and is not run again.
  const unjudged = ({ runs }: PilotReport) => runs.slice(0, 2).map((run) => ({ ...run, passed: null }));
  expect(unjudged(again)).toEqual(unjudged(report));
  expect(again.methods[0].passRate).toMatchObject({ passed: 0, judged: 1 });
  expect(new Set(again.runs.map(({ session }) => session)).size).toBe(2);
});

test('a prompt that cannot be used is one line on stderr', async () => {
  const file = join(folder, 'wrong.jsonl');
  writeFileSync(file, '{"prompt": "Long ago"}\n{"prompt": 7}\n');
  const args = [file, '--methods', 'ngram', '--out', join(folder, 'none')];
  expect(await pilot(args)).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'pilot: invalid-request: prompts, line 2: "prompt" is a number: a string is needed\n',
  });
  writeFileSync(file, '"one"\n{"prompt": "two", "expected": {"pattern": "(a+)+"}}\n');
  expect((await pilot(args)).stderr).toContain(
    'prompts, line 2: "expected": the pattern could take too long',
  );
  writeFileSync(file, '{"messages": [{"role": "user", "content": "Hello"}]}\n');
  const refused = await pilot(args);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('prompts, line 1: this is a chat, and story-base has no chat template');
});
