import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import sirv from 'sirv';
import { projectFolder } from '../scripts/build.ts';
import type { DecodeResult } from '../src/engine/engine-api.ts';
import { readTrace } from '../src/trace/read-trace.ts';
import { test } from './site.ts';

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The demo in a process of its own, as `npm run --silent demo` starts it; on WASM unless told otherwise. */
function demo(...args: string[]): Promise<Ended> {
  return demoWith(() => {}, ...args);
}

/** @param onOutput called with all of stdout so far and a way to press Ctrl-C, once however often it is called */
function demoWith(
  onOutput: (stdout: string, interrupt: () => void) => void,
  ...args: string[]
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const command = ['--import', 'tsx', 'scripts/demo.ts', '--backend', 'wasm', ...args];
    const child = spawn(process.execPath, command, { cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let pressed = false;
    const pressOnce = (): void => {
      if (!pressed) child.kill('SIGINT');
      pressed = true;
    };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      onOutput(stdout, pressOnce);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** A folder for what a journey writes, gone after it. */
async function inFolder(journey: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-demo-'));
  try {
    await journey(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('--json prints one object, the result, which --trace records too', async () => {
  let result: DecodeResult | undefined;
  await inFolder(async (folder) => {
    const file = join(folder, 'run.jsonl');
    const { status, stdout, stderr } = await demo(
      ...['--json', '--seed', '7', '--max-tokens', '12', '--stop', 'zebra', '--trace', file],
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    result = JSON.parse(stdout);
    expect(readTrace(readFileSync(file, 'utf8')).result).toEqual(result);
  });
  expect(result).toMatchObject({
    promptTokenIds: [0, 879, 1190, 260, 527],
    tokenIds: { length: 12 },
    finishReason: 'length',
    backend: 'wasm',
    seed: 7,
    lossy: false,
    request: { prompt: 'Once upon a time', maxTokens: 12, stop: ['zebra'], sampling: { temperature: 1 } },
    stats: {
      tokens: 12,
      readbacks: 0,
      liveGpuBuffers: 0,
      forwards: [{ modelId: 'story-base' }, { modelId: 'story-draft' }],
    },
  });
  expect(result?.rounds.flatMap(({ committed }) => committed)).toEqual(result?.tokenIds);
  expect(result?.rounds.map(({ text }) => text).join('')).toBe(result?.text);
});

test('--runs counts the seeds up in an array, and each run is what it is alone', async () => {
  const several = await demo(
    '--json',
    '--seed',
    '7',
    '--max-tokens',
    '8',
    '--runs',
    '2',
    '--method',
    'plain',
  );
  const alone = await demo('--json', '--seed', '8', '--max-tokens', '8', '--method', 'plain');

  const results: DecodeResult[] = JSON.parse(several.stdout);
  expect(results.map(({ seed }) => seed)).toEqual([7, 8]);
  expect(results[1].text).toBe((JSON.parse(alone.stdout) as DecodeResult).text);
});

test('without --json the story comes with its marks and a summary', async () => {
  const { status, stdout } = await demo('--temperature', '0', '--max-tokens', '8', '--method', 'ngram');

  expect(status).toBe(0);
  expect(stdout).toContain('Once upon a time, there was a ');
  expect(stdout).toMatch(/8 tokens, [\d.]+ tokens\/s/);
});

test('two specialists tell one story, the text shows who proposed what, and --trace records it', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'run.jsonl');
    const args = ['--method', 'collaborative', '--draft-length', '2', '--max-tokens', '12', '--seed', '3'];
    const told = await demo(...args, '--trace', file);

    expect(told).toMatchObject({ status: 0, stderr: '' });
    expect(told.stdout).toContain('ᴬ');
    expect(told.stdout).toContain('proposed by story-fairyᴬ proposed by story-spaceᴮ');
    const { header, result } = readTrace(readFileSync(file, 'utf8'));
    expect(header.members.map(({ model }) => model)).toEqual(['story-fairy', 'story-space']);
    expect(result).toMatchObject({
      request: {
        method: {
          members: [
            { model: 'story-fairy', draftLength: 2 },
            { model: 'story-space', draftLength: 1 },
          ],
          combine: { kind: 'weighted', weights: [0.5, 0.5] },
          schedule: 'alternate',
          defaultProposer: 0,
        },
      },
      lossy: false,
      tokenIds: { length: 12 },
    });
  });
});

test('a custom combination may be a file beside the command, and its errors name that file', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'mix.js');
    const custom = `custom:${file}`;
    const args = ['--json', '--method', 'collaborative', '--max-tokens', '4', '--combine', custom];
    writeFileSync(join(folder, 'half.js'), 'export const half = 0.5;');
    writeFileSync(
      file,
      "import { half } from './half.js'; export const probabilities = ([a, b]) => a.map((p, v) => half * (p + b[v]));",
    );
    const told: DecodeResult = JSON.parse((await demo(...args)).stdout);
    expect(told.request.method).toMatchObject({ combine: { kind: 'custom', url: file } });

    writeFileSync(file, 'export function logits() { throw new Error("no more words"); }');
    expect(await demo(...args)).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^demo: invalid-request: hook logits of file:.*\/mix\.js threw Error: no more words\n$/,
      ),
    });
    rmSync(file);
    expect(await demo(...args)).toMatchObject({ status: 1, stderr: expect.stringContaining('no file') });
  });
});

test('a wrong option is one line on stderr', async () => {
  expect(await demo('--json', '--method', 'plain', '--draft-length', '17')).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^demo: invalid-request: .*draftLength.*\n$/),
  });
});

test('an unknown model is one line on stderr, used or not', async () => {
  for (const args of [
    ['--model', 'nobody'],
    ['--method', 'plain', '--draft', 'nobody'],
    ['--method', 'plain', '--members', 'story-base,nobody:q4'],
  ]) {
    expect(await demo('--json', ...args)).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^demo: model-load: .*nobody.*story-base.*\n$/),
    });
  }
});

test('Ctrl-C ends the decode and still tells and records what there is', async () => {
  await inFolder(async (folder) => {
    const file = join(folder, 'run.jsonl');
    const { status, stdout } = await demoWith(
      (seen, interrupt) => {
        if (seen.includes('Once upon a time')) interrupt();
      },
      ...['--method', 'collaborative', '--members', 'story-draft,story-draft'],
      ...['--trace', file, '--max-tokens', '400'],
    );

    expect(status).toBe(130);
    expect(stdout).toMatch(/Once upon a time.*; stopped\n/s);
    const interrupted = readTrace(readFileSync(file, 'utf8'));
    expect(interrupted.header.request.maxTokens).toBe(400);
    expect(interrupted.header.members.map(({ model }) => model)).toEqual(['story-draft', 'story-draft']);
    expect(interrupted.result?.finishReason).toBe('abort');
  });
});

test.describe('a folder of models on an ordinary file server', () => {
  let folder: string;
  let url: string;
  let close: () => void;

  test.beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'antiphon-models-'));
    cpSync(join(projectFolder, 'public', 'models', 'story-draft'), join(folder, 'story-draft'), {
      recursive: true,
    });
    // Known to no catalogue: found by its folder.
    cpSync(join(folder, 'story-draft'), join(folder, 'my-own'), { recursive: true });
    cpSync(join(folder, 'story-draft'), join(folder, 'chatty'), { recursive: true });
    writeFileSync(
      join(folder, 'chatty', 'chat_template.jinja'),
      "<|endoftext|><|fairy|>{{ messages | map(attribute='content') | join(' ') }}",
    );
    for (const broken of ['truncated', 'altered', 'page', 'incomplete']) {
      cpSync(join(folder, 'story-draft'), join(folder, broken, 'story-draft'), { recursive: true });
    }
    const file = (name: string): string => join(folder, name, 'story-draft', 'onnx', 'model_q4.onnx');
    truncateSync(file('truncated'), 500_000);
    writeFileSync(file('altered'), 'not what it was', { flag: 'r+' });
    writeFileSync(file('page'), '<!doctype html><title>Sorry</title>');
    rmSync(file('incomplete'));
    // A catalogue of its own that does not know the model.
    cpSync(join(folder, 'altered'), join(folder, 'catalogued'), { recursive: true });
    writeFileSync(join(folder, 'catalogued', 'catalogue.json'), JSON.stringify({ version: 1, models: [] }));
    const server = createServer(sirv(folder, { dev: true }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = () => {
      server.close();
      server.closeAllConnections();
    };
  });

  test.afterAll(() => {
    close();
    rmSync(folder, { recursive: true });
  });

  const draftAlone = ['--json', '--method', 'plain', '--temperature', '0', '--max-tokens', '8'];

  test('is read through --models-url, by id and by the name of a folder', async () => {
    for (const model of ['story-draft', 'my-own']) {
      const { status, stdout, stderr } = await demo(...draftAlone, '--model', model, '--models-url', url);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({
        tokenIds: [14, 352, 281, 260, 875, 1669, 335, 720],
        request: { method: { model } },
        stats: { forwards: [{ modelId: model }] },
      });
    }
  });

  test('a model may be named by the address of its folder', async () => {
    const model = `${url}/my-own/`;
    const { stdout } = await demo(...draftAlone, '--model', model);
    expect(JSON.parse(stdout)).toMatchObject({
      tokenIds: [14, 352, 281, 260, 875, 1669, 335, 720],
      request: { method: { model } },
      stats: { forwards: [{ modelId: model }] },
    });
  });

  test('a chat template beside the model writes its messages, for each member its own', async () => {
    const { stdout } = await demo(
      ...['--json', '--temperature', '0', '--max-tokens', '8', '--models-url', url],
      ...['--members', 'chatty,chatty', '--chat', 'One day', '--member-system', '1=Long ago.'],
    );
    const result: DecodeResult = JSON.parse(stdout);
    expect(result).toMatchObject({
      // <|endoftext|>, which the tokenizer would add too, once; <|fairy|>; "One day".
      promptTokenIds: [0, 1, 739, 324],
      request: { method: { kind: 'collaborative', members: [{}, { messages: [{ role: 'system' }, {}] }] } },
    });
    const prefills = result.rounds[0].forwards.filter(({ kind }) => kind === 'prefill');
    expect(prefills[0].tokens).toBe(4);
    expect(prefills[1].tokens).toBeGreaterThan(4);
  });

  for (const broken of ['truncated', 'altered', 'page', 'incomplete', 'catalogued']) {
    test(`a file that is ${broken === 'catalogued' ? 'altered beside a catalogue' : broken} is refused in one line`, async () => {
      const args = [...draftAlone, '--model', 'story-draft', '--models-url', `${url}/${broken}/`];
      expect(await demo(...args)).toEqual({
        status: 1,
        stdout: '',
        stderr: expect.stringMatching(/^demo: (integrity|download): .*model_q4\.onnx.*\n$/),
      });
    });
  }
});

test('a --models-url without a server is one line on stderr', async () => {
  expect(await demo('--json', '--models-url', 'http://127.0.0.1:9/')).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^demo: --models-url: no answer from .*\n$/),
  });
});
