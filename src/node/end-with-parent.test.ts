import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { exitOf, temporaryFolder } from './testing/engines.ts';

const library = new URL('../../dist/lib/node/antiphon-node.js', import.meta.url).href;

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A combination that prints the number of the engine's process, and then does as `then` says. */
function moduleIn(folder: string, then: string): string {
  const path = join(folder, 'combine.mjs');
  writeFileSync(
    path,
    `let isTold = false;
     export function probabilities([row]) {
       if (!isTold) console.error(process.pid);
       isTold = true;
       ${then}
     }`,
  );
  return pathToFileURL(path).href;
}

/** A program that decodes with the combination `url`, and then does as `program` says. */
function start(url: string, program: string): ChildProcess {
  const code = `
    import { connect } from ${JSON.stringify(library)};
    const engine = await connect({ backend: 'wasm' });
    await engine.load('story-draft');
    const run = engine.decode({
      prompt: '',
      maxTokens: 400,
      method: {
        kind: 'collaborative',
        members: [{ model: 'story-draft' }, { model: 'story-draft' }],
        combine: { kind: 'custom', url: ${JSON.stringify(url)} },
      },
    });
    ${program}
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  return child;
}

/** The number that the process prints first. */
function firstNumber(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stderr!.once('data', (data: Buffer) => resolve(Number(data.toString().trim())));
    child.once('exit', () => reject(new Error('it ended')));
  });
}

/** What program and engine print from here on. Resolves when both are gone: nobody else has their end of the pipe. */
const untilGone = (child: ChildProcess): Promise<string> => text(child.stderr!);

test('a program that is through ends by itself, without close, and its engine with it', async () => {
  const folder = temporaryFolder('program', onTestFinished);
  const child = start(moduleIn(folder, 'return row;'), `console.log((await run.result).finishReason);`);
  const [printed, complaints] = await Promise.all([text(child.stdout!), untilGone(child), exitOf(child)]);
  expect(printed.trim()).toMatch(/^(length|end|context)/);
  expect(child.exitCode).toBe(0);
  expect(complaints.trim()).toMatch(/^\d+$/);
});

test.each<[string, NodeJS.Signals, string]>([
  ['in the middle of a decode', 'SIGKILL', 'return row;'],
  ['in an endless loop of a combination', 'SIGKILL', 'for (;;);'],
  ['that never hears of the end', 'SIGINT', 'for (;;);'],
])(
  'a program that is killed leaves no engine behind, %s (%s), and nothing is said of it',
  async (_, signal, then) => {
    const folder = temporaryFolder('program', onTestFinished);
    const child = start(moduleIn(folder, then), 'await run.result;');
    await firstNumber(child);
    const ended = untilGone(child);
    child.kill(signal);
    await exitOf(child);
    expect(await ended).toBe('');
  },
);

test('Ctrl-C, which the engine hears too, is for the program to answer: it may stop the run and take the result', async () => {
  const folder = temporaryFolder('program', onTestFinished);
  const child = start(
    moduleIn(folder, 'return row;'),
    `process.once('SIGINT', () => run.stop());
     const { finishReason } = await run.result;
     console.log(finishReason);
     await engine.close();`,
  );
  const engine = await firstNumber(child);
  process.kill(engine, 'SIGINT');
  child.kill('SIGINT');
  expect((await text(child.stdout!)).trim()).toBe('abort');
  await exitOf(child);
  expect(child.exitCode).toBe(0);
});
