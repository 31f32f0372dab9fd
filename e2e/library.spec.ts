import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'vite';
import { projectFolder } from '../scripts/build.ts';
import { serveFolder } from '../scripts/static-server.ts';
import type { DecodeResult } from '../src/engine/engine-api.ts';
import { buildExample } from './examples.ts';
import { installPacked } from './install-packed.ts';
import { test } from './site.ts';
import { expect } from './story-page.ts';
import { wasmFilesFetched } from './wasm-files.ts';

const program = `import { connect, type DecodeResult, EngineError } from 'antiphon';

export async function tell(prompt: string): Promise<DecodeResult> {
  const engine = await connect({ backend: 'wasm' });
  await engine.load('story-base');
  await engine.load('story-draft');
  const drafter = { kind: 'model', model: 'story-draft' } as const;
  const run = engine.decode({
    prompt,
    maxTokens: 12,
    sampling: { temperature: 0 },
    method: { kind: 'speculative', target: 'story-base', drafter },
  });
  let text = '';
  for await (const round of run) text += round.text;
  const result = await run.result;
  if (text !== result.text) throw new EngineError('invalid-request', 'the rounds are not the text');
  const asked = { model: 'story-base', prompt, max_tokens: 12, temperature: 0 };
  const { choices } = await engine.completions.create(asked);
  if (choices[0].text !== text) throw new EngineError('invalid-request', 'the completion is another text');
  return result;
}

Object.assign(window, { tell });
`;

/** What a program may say of every entry; checked, not run. */
const typedProgram = `import { type CollaborativeMethod, connect as connectPage, type DecodeRequest, type Round } from 'antiphon';
import { type ConnectOptions, connect as connectNode } from 'antiphon/node';
import type { PlayerMember, Round as PlayerRound } from 'antiphon/player';

const members: readonly PlayerMember[] = [{ model: 'story-fairy' }, { model: 'story-space', draftLength: 'adaptive' }];
const method: CollaborativeMethod = { kind: 'collaborative', members, combine: { kind: 'weighted', weights: [1, 1] } };
const request: DecodeRequest = { prompt: 'Once', method };
const options: ConnectOptions = { onLost: ({ code }) => console.error(code) };
export const engines = [await connectPage(), await connectNode(options)];
export const results = engines.map((engine) => engine.decode(request).result);
export const stats = (await results[0]).stats.speedUp?.predicted;

const player = document.createElement('antiphon-player');
player.method = (await results[0]).request.method.kind;
player.addEventListener('round', ({ detail }) => show(detail.round));
const show = (round: Round & PlayerRound): void => console.log(round.committed[0], round.text);
`;

let app: string;
let archive: string;

test.beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'antiphon-app-'));
  archive = installPacked(app);
  mkdirSync(join(app, 'src'));
  writeFileSync(join(app, 'src', 'main.ts'), program);
  writeFileSync(join(app, 'src', 'typed.ts'), typedProgram);
  writeFileSync(
    join(app, 'index.html'),
    '<!doctype html><title>App</title><script type="module" src="./src/main.ts"></script>',
  );
});

test.afterAll(() => {
  rmSync(app, { recursive: true });
});

test.describe('what readers are told to install is the archive that npm packs', () => {
  const install = /npm install (\S*antiphon\S*)/g;
  for (const [file, path] of [
    ['README.md', 'path/to/clone/'],
    ['docs/library.md', 'path/to/clone/'],
    ['docs/player.md', 'path/to/clone/'],
    ['examples/bundled/README.md', '../../'],
    ['examples/react/README.md', '../../'],
    ['examples/node/README.md', '../../'],
    ['docs/node.md', 'path/to/clone/'],
  ]) {
    test(file, () => {
      const installed = readFileSync(join(projectFolder, file), 'utf8').matchAll(install);
      expect([...installed].map(([, name]) => name.replace('`', ''))).toEqual([path + archive]);
    });
  }
  for (const example of ['bundled', 'react', 'node']) {
    test(`examples/${example}/package.json`, () => {
      const manifest = readFileSync(join(projectFolder, 'examples', example, 'package.json'), 'utf8');
      expect(JSON.parse(manifest).dependencies.antiphon).toBe(`file:../../${archive}`);
    });
  }
});

test('the packed library decodes in a program that a bundler built', async ({ page }) => {
  await build({
    root: app,
    configFile: false,
    logLevel: 'warn',
    base: './',
    // The models are not in the package: a program serves them itself.
    publicDir: join(projectFolder, 'public'),
    worker: { format: 'es' },
    build: { target: 'es2023' },
  });
  const assets = readdirSync(join(app, 'dist', 'assets'));
  expect(assets.filter((name) => name.endsWith('.wasm'))).toHaveLength(3);
  expect(assets.filter((name) => name.startsWith('engine.worker'))).toHaveLength(1);

  const server = await serveFolder({ folder: join(app, 'dist'), isolated: false });
  try {
    const fetched = wasmFilesFetched(page);
    await page.goto(server.url);
    await page.waitForFunction('window.tell !== undefined');
    const result = (await page.evaluate("window.tell('Once upon a time')")) as DecodeResult;
    expect(result.tokenIds.slice(0, 8)).toEqual([14, 352, 281, 260, 496, 1676, 335, 720]);
    expect(fetched).toEqual([expect.stringContaining('.jspi')]);
  } finally {
    await server.close();
  }
});

test('the packed library brings its types, in both ways of resolving modules, to an old compiler too', () => {
  const [tsc, oldTsc] = ['@typescript/native', 'typescript-5.4'].map((compiler) =>
    join(dirname(createRequire(import.meta.url).resolve(`${compiler}/package.json`)), 'bin', 'tsc'),
  );
  for (const [module, moduleResolution] of [
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ]) {
    const options = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2023', 'dom', 'dom.asynciterable'],
    };
    writeFileSync(
      join(app, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { ...options, strict: true, noEmit: true, types: [] },
        include: ['src'],
      }),
    );
    writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
    execFileSync(process.execPath, [tsc, '-p', app], { stdio: ['ignore', 2, 2] });
    writeFileSync(
      join(app, 'src', 'main.ts'),
      program.replace("model: 'story-draft' }", "modle: 'story-draft' }"),
    );
    expect(() => execFileSync(process.execPath, [tsc, '-p', app], { stdio: 'ignore' })).toThrow();
    writeFileSync(join(app, 'src', 'main.ts'), program);
  }
  execFileSync(process.execPath, [oldTsc, '-p', app, '--skipLibCheck', 'false'], { stdio: ['ignore', 2, 2] });
});

test.describe('the packed library in Node.js', () => {
  const run = (file: string, ...args: string[]): string =>
    execFileSync(process.execPath, [file, ...args], {
      cwd: app,
      encoding: 'utf8',
      env: { ...process.env, ANTIPHON_CACHE: join(app, 'cache') },
    });

  test('tells a story with the models that it brings, as examples/node does', () => {
    cpSync(join(projectFolder, 'examples', 'node', 'story.mjs'), join(app, 'story.mjs'));
    const [story, numbers] = run('story.mjs', 'Once upon a time')
      .trim()
      .split(/\n(?=.*$)/);
    expect(story).toMatch(
      /^, there was a quiet inventor named Theo\. He lived in a small base on the moon\./,
    );
    expect(numbers).toMatch(/^\d+ tokens\/s, \d+ % accepted$/);
  });

  test('without the package webgpu says so: auto takes WebAssembly, and webgpu is refused', () => {
    writeFileSync(
      join(app, 'backends.mjs'),
      `import { connect } from 'antiphon/node';
       const answers = [];
       for (const backend of ['auto', 'webgpu']) {
         const engine = await connect({ backend });
         const failure = await engine.load('story-draft').then(() => null, ({ code, message }) => ({ code, message }));
         const { backend: used, backendReason } = await engine.info();
         answers.push({ failure, used, backendReason });
         await engine.close();
       }
       console.log(JSON.stringify(answers));`,
    );
    const [auto, webgpu] = JSON.parse(run('backends.mjs'));
    expect(auto).toMatchObject({ failure: null, used: 'wasm' });
    expect(auto.backendReason).toMatch(/WASM, because WebGPU is not used: .*webgpu.*install/);
    expect(webgpu.failure).toMatchObject({ code: 'invalid-request' });
    expect(webgpu.failure.message).toMatch(/webgpu.*install/);
  });
});

for (const { name, others } of [
  { name: 'bundled', others: ['vite'] },
  { name: 'react', others: ['vite', 'react', 'react-dom', '@types/react', '@types/react-dom'] },
]) {
  test(`the example ${name} builds from the packed library and tells a story`, async ({ page }) => {
    const { folder, built } = await buildExample(name, others);
    const server = await serveFolder({ folder: built, isolated: false });
    try {
      const scripts: string[] = [];
      page.on('request', (request) => {
        if (request.resourceType() === 'script') scripts.push(request.url());
      });
      await page.goto(server.url);
      const told = page.evaluate(
        () =>
          new Promise<readonly [number, string]>((resolve) => {
            addEventListener('done', (event) => {
              const { result } = (event as CustomEvent).detail;
              resolve([result.tokenIds.length, result.finishReason]);
            });
          }),
      );
      await page.getByRole('button', { name: 'Tell' }).click();
      expect(await told).toEqual([40, 'length']);
      await expect(page.locator('antiphon-player .ending')).toBeVisible();
      await expect(page.getByText(name === 'react' ? '40 tokens' : '"tokens":40').first()).toBeVisible();
      // Nobody asked for that view.
      expect(scripts.filter((url) => url.includes('rhythm'))).toEqual([]);
      if (name !== 'react') return;
      await page.getByRole('button', { name: 'Take away' }).click();
      await expect.poll(() => page.workers().length).toBe(0);
      await page.getByRole('button', { name: 'Bring back' }).click();
      await expect(page.locator('antiphon-player').getByRole('button', { name: /^Start/ })).toBeVisible();
    } finally {
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
}
