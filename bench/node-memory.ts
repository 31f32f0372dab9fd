import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ensureLibrary } from '../scripts/build.ts';

/*
 * `node --import tsx bench/node-memory.ts [DECODES]` decodes many times in one engine of Node.js and prints, every 50
 * decodes, what both processes hold after a garbage collection: the program's, and the engine's. Not for Windows.
 */

interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly arrayBuffers: number;
}

const decodes = Number(process.argv[2] ?? 500);
const every = 50;
const tokens = 48;

const folder = mkdtempSync(join(tmpdir(), 'antiphon-memory-'));
const report = join(folder, 'memory.json');

/** Runs in the engine's process before the engine: it answers a signal with what it holds. */
const probe = join(folder, 'probe.mjs');
writeFileSync(
  probe,
  `import { renameSync, writeFileSync } from 'node:fs';
   import { setFlagsFromString } from 'node:v8';
   import { runInNewContext } from 'node:vm';
   setFlagsFromString('--expose-gc');
   const gc = runInNewContext('gc');
   process.on('SIGUSR2', () => {
     gc();
     const beside = ${JSON.stringify(`${report}.new`)};
     writeFileSync(beside, JSON.stringify(process.memoryUsage()));
     renameSync(beside, ${JSON.stringify(report)});
   });`,
);

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function ownMemory(): Memory {
  collectGarbage();
  return process.memoryUsage();
}

async function engineMemory(pid: number): Promise<Memory> {
  const events = watch(folder);
  process.kill(pid, 'SIGUSR2');
  for await (const { filename } of events) if (filename === 'memory.json') break;
  return JSON.parse(readFileSync(report, 'utf8'));
}

function engineProcess(): number {
  const children = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const line = children
    .split('\n')
    .map((text) => text.trim().split(/\s+/))
    .find(
      ([, parent, ...args]) => Number(parent) === process.pid && args.join(' ').includes('engine.process'),
    );
  if (!line) throw new Error('the engine has no process');
  return Number(line[0]);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1).padStart(7);

await ensureLibrary();
process.env.NODE_OPTIONS = `--import ${pathToFileURL(probe).href}`;
const { connect } = await import('../src/antiphon-node.ts');
const engine = await connect({ backend: 'wasm' });
try {
  const members = ['story-fairy', 'story-space'];
  for (const model of members) await engine.load(model);
  const pid = engineProcess();
  const print = async (done: number): Promise<void> => {
    const own = ownMemory();
    const its = await engineMemory(pid);
    const cells = [own.rss, own.heapUsed, its.rss, its.heapUsed, its.arrayBuffers].map(megabytes);
    process.stdout.write(`| ${String(done).padStart(4)} | ${cells.join(' | ')} |\n`);
  };
  process.stdout.write(
    '| decodes | program RSS (MB) | program heap | engine RSS | engine heap | engine buffers |\n',
  );
  process.stdout.write('| ---: | ---: | ---: | ---: | ---: | ---: |\n');
  for (let done = 0; done <= decodes; done++) {
    if (done % every === 0) await print(done);
    if (done === decodes) break;
    const run = engine.decode({
      prompt: `Once upon a time there was a number ${done}`,
      maxTokens: tokens,
      seed: done,
      method: {
        kind: 'collaborative',
        members: members.map((model) => ({ model })),
        combine: { kind: 'weighted', weights: [0.5, 0.5] },
      },
    });
    for await (const _round of run);
    await run.result;
  }
} finally {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
}
