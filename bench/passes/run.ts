import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { projectFolder } from '../../scripts/build.ts';
import { findBrowser, launchOptions } from '../../scripts/find-browser.ts';
import { isolationHeaders } from '../../scripts/isolation-headers.ts';
import type { OrtBuild } from '../../src/host/host.ts';
import { quartilesOf, withSpread } from '../../src/speed/quartiles.ts';
import { engineConfig } from '../../vite.config.ts';
import type { PassSetting } from './pass-worker.ts';

/*
 * `npx tsx bench/passes/run.ts --variants asyncify,jspi --widths 1,2,8` times single forward passes in workers that
 * take turns, pass by pass, so that whatever else the machine does is done to all of them. A variant is a build of ONNX
 * Runtime, behind @ a number of threads, then what is done otherwise: `:exported` for graphs that are not prepared,
 * `:batch-of-one` for a batch that is fixed when the session is made, `:captured` for WebGPU commands that are recorded
 * once and replayed. Prints medians with quartiles, and each variant's speed over the
 * first's: of neighbouring passes, and of the fastest tenth, which a busy machine blurs least; and what one pass copies into
 * the WebAssembly heap and out of it. Of several models, with commas between them, all are loaded and the last is timed.
 */

const { values } = parseArgs({
  options: {
    variants: { type: 'string', default: 'asyncify@1,jspi@1' },
    backend: { type: 'string', default: 'wasm' },
    /** Addresses on the project's server; a file elsewhere is /@fs/ and its path. */
    model: { type: 'string', default: '/models/story-base/onnx/model_q4.onnx' },
    vocabulary: { type: 'string', default: '1846' },
    context: { type: 'string', default: '512' },
    widths: { type: 'string', default: '1,2,8' },
    /** Valid rows of the cache; of two texts, as 150+40, passes over both are timed, in one pass against a pass each. */
    pasts: { type: 'string', default: '150' },
    turns: { type: 'string', default: '100' },
    /** Rows of logits: all or last. */
    wanted: { type: 'string', default: 'all' },
    /** Passes a turn; more than one where a pass is shorter than the clock is fine. */
    repeats: { type: 'string', default: '1' },
  },
});

/** Passes that bring every width up to speed before any counts. */
const warmUpTurns = 3;

const wantedRows = values.wanted === 'last' ? 'last' : 'all';
const inMebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toPrecision(3)} MiB`;
const numbers = (list: string): number[] => list.split(',').map(Number);
const formsOfSession: Readonly<Record<string, PassSetting['sessionOptions']>> = {
  'batch-of-one': { freeDimensionOverrides: { batch_size: 1 } },
  captured: { enableGraphCapture: true },
};
const variants = values.variants.split(',').map((name) => {
  const [place, ...forms] = name.split(':');
  const [build, threads = '1'] = place.split('@');
  const unknown = forms.find((form) => form !== 'exported' && !(form in formsOfSession));
  if (unknown !== undefined) throw new Error(`no variant ':${unknown}'`);
  const setting: PassSetting = {
    build: build as OrtBuild,
    backend: values.backend === 'webgpu' ? 'webgpu' : 'wasm',
    threads: Number(threads),
    preparation: forms.includes('exported') ? 'never' : 'auto',
    sessionOptions: Object.assign({}, ...forms.map((form) => formsOfSession[form] ?? {})),
    modelUrls: values.model.split(','),
    contextLength: Number(values.context),
    vocabSize: Number(values.vocabulary),
  };
  return { name, setting };
});

function fastestTenth(ms: readonly number[]): number {
  return [...ms].sort((left, right) => left - right)[Math.floor(ms.length / 10)];
}

function lineOf(samples: readonly (readonly number[])[]): string {
  const [first] = samples;
  const cells = samples.map((ms, index) => {
    const times = `${variants[index].name} ${withSpread(quartilesOf(ms), 2)} ms`;
    if (index === 0) return times;
    const ratios = quartilesOf(ms.map((one, turn) => first[turn] / one));
    return `${times}, × ${withSpread(ratios, 3)}, fastest tenth × ${(fastestTenth(first) / fastestTenth(ms)).toFixed(3)}`;
  });
  return cells.join(' | ');
}

/** Prints for each variant how much faster one pass over two texts is than a pass each. */
async function timeTwoTexts(...pasts: [number, number]): Promise<void> {
  for (const [worker, { name }] of variants.entries()) {
    await page.evaluate(([given, rows]) => window.passes.fill(given, ...rows), [worker, pasts] as const);
    for (const width of numbers(values.widths)) {
      const samples: [number[], number[]] = [[], []];
      for (let turn = -warmUpTurns; turn < Number(values.turns); turn++) {
        for (const isTogether of turn % 2 === 0 ? [false, true] : [true, false]) {
          const ms = await page.evaluate(
            ([given, tokens, repeats, both]) => window.passes.timeTwo(given, tokens, repeats, both),
            [worker, width, Number(values.repeats), isTogether] as const,
          );
          if (turn >= 0) samples[isTogether ? 1 : 0].push(ms);
        }
      }
      const [apart, together] = samples;
      const ratios = quartilesOf(apart.map((ms, turn) => ms / together[turn]));
      process.stdout.write(
        `past ${pasts.join(' + ')}, k = ${width}, ${name}: a pass each ${withSpread(quartilesOf(apart), 2)} ms, one pass ${withSpread(quartilesOf(together), 2)} ms, × ${withSpread(ratios, 3)}, fastest tenth × ${(fastestTenth(apart) / fastestTenth(together)).toFixed(3)} (load ${loadavg()[0].toFixed(1)})\n`,
      );
    }
  }
}

findBrowser();
const server = await createServer({
  ...engineConfig,
  configFile: false,
  root: projectFolder,
  logLevel: 'error',
  server: { port: 0, headers: isolationHeaders, fs: { strict: false } },
  optimizeDeps: {
    ...engineConfig.optimizeDeps,
    entries: ['bench/passes/page.html'],
    include: [...engineConfig.optimizeDeps.include, 'comlink', '@bufbuild/protobuf/wire'],
  },
});
await server.listen();
const browser = await chromium.launch(launchOptions());
const page = await browser.newPage();
try {
  await page.goto(new URL('bench/passes/page.html', server.resolvedUrls?.local[0]).href);
  await page.waitForFunction('window.passes !== undefined');
  for (const { name, setting } of variants) {
    const { loadMs, notes, heapBytes } = await page.evaluate((given) => window.passes.open(given), setting);
    process.stdout.write(
      `${name}: loaded in ${loadMs.toFixed(0)} ms, heap ${heapBytes.map(inMebibytes).join(', then ')} ${notes.join(' ')}\n`,
    );
  }
  for (const pasts of values.pasts.split(',')) {
    const [past, secondPast] = pasts.split('+').map(Number);
    if (secondPast !== undefined) {
      await timeTwoTexts(past, secondPast);
      continue;
    }
    for (const worker of variants.keys()) {
      await page.evaluate(([given, rows]) => window.passes.fill(given, rows), [worker, past]);
    }
    for (const width of numbers(values.widths)) {
      const samples = variants.map((): number[] => []);
      for (let turn = -warmUpTurns; turn < Number(values.turns); turn++) {
        const order = [...variants.keys()];
        for (const worker of turn % 2 === 0 ? order : order.reverse()) {
          const ms = await page.evaluate(
            ([given, tokens, repeats, rows]) => window.passes.time(given, tokens, repeats, rows),
            [worker, width, Number(values.repeats), wantedRows] as const,
          );
          if (turn >= 0) samples[worker].push(ms);
        }
      }
      for (const [worker, { name }] of variants.entries()) {
        const { fed, fetched, heapBytes } = await page.evaluate(
          ([given, tokens, rows]) => window.passes.copied(given, tokens, rows),
          [worker, width, wantedRows] as const,
        );
        process.stdout.write(
          `past ${past}, k = ${width}, ${name}: a pass copies ${inMebibytes(fed)} into the heap and ${inMebibytes(fetched)} out of it (heap ${inMebibytes(heapBytes)})\n`,
        );
      }
      process.stdout.write(
        `past ${past}, k = ${width}: ${lineOf(samples)} (load ${loadavg()[0].toFixed(1)})\n`,
      );
    }
  }
} finally {
  await browser.close();
  await server.close();
}
