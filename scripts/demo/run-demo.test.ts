import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sirv from 'sirv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecodeResult } from '../../src/engine/engine-api.ts';
import type { MeasuredSpeedUp } from '../../src/speed/speed-up.ts';
import { readTrace } from '../../src/trace/read-trace.ts';
import { projectFolder } from '../build.ts';
import { openInNode } from '../terminal/node-terminal.ts';
import { runCommand } from '../terminal/run-command.ts';
import { captured } from '../testing/captured-io.ts';
import { demo as command } from './run-demo.ts';
import { speedLine } from './summary.ts';

const noBrowser = () => Promise.reject(new Error('these tests have no browser'));

/** The command in this process, its engine in one of its own, on WASM unless told otherwise. */
const demo = (...args: string[]) =>
  captured((io) =>
    runCommand(
      command,
      ['--backend', 'wasm', ...args],
      io,
      { node: openInNode, browser: noBrowser },
      'antiphon',
    ),
  );

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'antiphon-demo-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

test('--json prints one object, the result and its host', async () => {
  const { status, stdout, stderr } = await demo(
    ...['--json', '--seed', '7', '--max-tokens', '12', '--stop', 'zebra'],
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const result: DecodeResult & { host: string } = JSON.parse(stdout);
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
    host: `Node.js ${process.versions.node}`,
  });
  expect(result.rounds.flatMap(({ committed }) => committed)).toEqual(result.tokenIds);
  expect(result.rounds.map(({ text }) => text).join('')).toBe(result.text);
});

test('--runs counts the seeds up in an array, and each run is what it is alone', async () => {
  const plain = ['--json', '--max-tokens', '8', '--method', 'plain'];
  const several = await demo(...plain, '--seed', '7', '--runs', '2');
  const alone = await demo(...plain, '--seed', '8');
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

test('two specialists tell one story, the text shows who proposed what, and --trace records it with the pairs of --speed', async () => {
  const file = join(folder, 'run.jsonl');
  const args = ['--method', 'collaborative', '--draft-length', '2', '--max-tokens', '12', '--seed', '3'];
  const told = await demo(...args, '--trace', file, '--speed');

  expect(told).toMatchObject({ status: 0, stderr: '' });
  expect(told.stdout).toContain('ᴬ');
  expect(told.stdout).toContain('proposed by story-fairyᴬ proposed by story-spaceᴮ');
  const { header, result, rounds, speedPairs } = readTrace(readFileSync(file, 'utf8'));
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
  // What is written for the comparison is not part of the text.
  expect(rounds.flatMap(({ committed }) => committed)).toHaveLength(12);
  expect(speedPairs.length).toBeGreaterThan(0);
  expect(told.stdout).toContain(speedLine(result!, speedPairs));
});

test('a custom combination may be a file, and its errors name that file', async () => {
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

test('a wrong option is one line on stderr', async () => {
  expect(await demo('--json', '--method', 'plain', '--draft-length', '17')).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^demo: invalid-request: .*draftLength.*\n$/),
  });
});

test.each([
  [['--model', 'nobody']],
  [['--method', 'plain', '--draft', 'nobody']],
  [['--method', 'plain', '--members', 'story-base,nobody:q4']],
])('an unknown model is one line on stderr, used or not: %j', async (args) => {
  expect(await demo('--json', ...args)).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^demo: model-load: .*nobody.*story-base.*\n$/),
  });
});

test('a --models-url without a server is one line on stderr', async () => {
  expect(await demo('--json', '--models-url', 'http://127.0.0.1:9/')).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^demo: --models-url: no answer from .*\n$/),
  });
});

describe('a folder of models', () => {
  let models: string;
  let url: string;
  let close: () => void;

  beforeAll(async () => {
    models = join(folder, 'models');
    cpSync(join(projectFolder, 'public', 'models', 'story-draft'), join(models, 'story-draft'), {
      recursive: true,
    });
    // Known to no catalogue: found by its folder.
    cpSync(join(models, 'story-draft'), join(models, 'my-own'), { recursive: true });
    cpSync(join(models, 'story-draft'), join(models, 'chatty'), { recursive: true });
    writeFileSync(
      join(models, 'chatty', 'chat_template.jinja'),
      "<|endoftext|><|fairy|>{{ messages | map(attribute='content') | join(' ') }}",
    );
    for (const broken of ['truncated', 'altered', 'page', 'incomplete']) {
      cpSync(join(models, 'story-draft'), join(models, broken, 'story-draft'), { recursive: true });
    }
    const file = (name: string): string => join(models, name, 'story-draft', 'onnx', 'model_q4.onnx');
    truncateSync(file('truncated'), 500_000);
    writeFileSync(file('altered'), 'not what it was', { flag: 'r+' });
    writeFileSync(file('page'), '<!doctype html><title>Sorry</title>');
    rmSync(file('incomplete'));
    // A catalogue of its own that does not know the model.
    cpSync(join(models, 'altered'), join(models, 'catalogued'), { recursive: true });
    writeFileSync(join(models, 'catalogued', 'catalogue.json'), JSON.stringify({ version: 1, models: [] }));
    const server = createServer(sirv(models, { dev: true }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = () => {
      server.close();
      server.closeAllConnections();
    };
  });

  afterAll(() => close());

  const draftAlone = ['--json', '--method', 'plain', '--temperature', '0', '--max-tokens', '8'];
  const tokenIds = [14, 352, 281, 260, 875, 1669, 335, 720];

  test.each([
    ['by id, on a server', 'story-draft', true],
    ['by the name of its folder, on a server', 'my-own', true],
    ['by the name of its folder, on disk', 'my-own', false],
  ])('is read through --models-url: %s', async (_, model, isServed) => {
    const place = isServed ? url : models;
    const { status, stdout, stderr } = await demo(...draftAlone, '--model', model, '--models-url', place);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      tokenIds,
      request: { method: { model } },
      stats: { forwards: [{ modelId: model }] },
    });
  });

  test.each([
    ['the address of its folder', () => `${url}/my-own/`],
    ['its folder', () => join(models, 'my-own')],
  ])('names a model by %s', async (_, nameOf) => {
    const model = nameOf();
    const { stdout } = await demo(...draftAlone, '--model', model);
    expect(JSON.parse(stdout)).toMatchObject({
      tokenIds,
      request: { method: { model } },
      stats: { forwards: [{ modelId: model }] },
    });
  });

  test('a chat template beside the model writes its messages, for each member its own', async () => {
    const { stdout } = await demo(
      ...['--json', '--temperature', '0', '--max-tokens', '16', '--models-url', url, '--speed'],
      ...['--members', 'chatty,chatty', '--chat', 'One day', '--member-system', '1=Long ago.'],
    );
    const { speed, ...result }: DecodeResult & { speed: MeasuredSpeedUp } = JSON.parse(stdout);
    expect(speed.pairs).toBeGreaterThan(0);
    expect(result).toMatchObject({
      // <|endoftext|>, which the tokenizer would add too, once; <|fairy|>; "One day".
      promptTokenIds: [0, 1, 739, 324],
      request: { method: { kind: 'collaborative', members: [{}, { messages: [{ role: 'system' }, {}] }] } },
    });
    const prefills = result.rounds[0].forwards.filter(({ kind }) => kind === 'prefill');
    expect(prefills[0].tokens).toBe(4);
    expect(prefills[1].tokens).toBeGreaterThan(4);
  });

  test.each([
    ['truncated', 'truncated'],
    ['altered', 'altered'],
    ['page', 'a page'],
    ['incomplete', 'missing'],
    ['catalogued', 'altered beside a catalogue'],
  ])('in %s a file that is %s is refused in one line, on a server and on disk', async (broken) => {
    for (const place of [`${url}/${broken}/`, join(models, broken)]) {
      const args = [...draftAlone, '--model', 'story-draft', '--models-url', place];
      expect(await demo(...args)).toEqual({
        status: 1,
        stdout: '',
        stderr: expect.stringMatching(/^demo: (integrity|download): .*model_q4\.onnx.*\n$/),
      });
    }
  });
});
