import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { wrap } from 'comlink';
import { connect } from '../../src/antiphon-node.ts';
import type { EngineError } from '../../src/errors/engine-error.ts';
import type { EngineProbe } from './engine-probe.ts';
import type { Holdings, Row } from './measures.ts';
import { readEngines } from './read-engines.ts';
import { readProcess } from './read-process.ts';
import { Soak, type SoakAmounts, type SoakEngine } from './soak.ts';
import { soak } from './soak-run.ts';
import { socketEndpoint } from './socket-endpoint.ts';

/*
 * The program of Node.js whose engines are soaked, in a process of its own: what it holds is the engines'. Started by
 * node-soak.ts; sends lines of progress, then the rows.
 */

export interface NodeProgramOptions {
  readonly siteUrl: string;
  /** Of a probe as one module, for the engines' processes. */
  readonly probePath: string;
  /** An empty folder, for the engines' cache and for the socket. */
  readonly folder: string;
  readonly amounts: SoakAmounts;
}

export type NodeProgramMessage =
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'rows'; readonly rows: readonly Row[] };

const { siteUrl, probePath, folder, amounts }: NodeProgramOptions = JSON.parse(process.argv[2]!);
const cache = join(folder, 'cache');
const socketPath = join(folder, 'soak.sock');
Object.assign(process.env, {
  ANTIPHON_CACHE: cache,
  // The pages have the other core.
  ANTIPHON_THREADS: '1',
  ANTIPHON_SOAK_SOCKET: socketPath,
  NODE_OPTIONS: `--import ${pathToFileURL(probePath).href}`,
});

const send = (message: NodeProgramMessage): void => void process.send?.(message);
const server = createServer();
server.listen(socketPath);
await once(server, 'listening');

async function open(backend: 'wasm' | 'webgpu'): Promise<SoakEngine> {
  let tellLost: (error: EngineError) => void = () => {};
  const lost = new Promise<EngineError>((resolve) => {
    tellLost = resolve;
  });
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const api = await connect({ backend, modelsUrl: `${siteUrl}models/`, onLost: tellLost });
  const [socket] = await connected;
  const probe = wrap<EngineProbe>(socketEndpoint(socket, false));
  return { api, probe, lost, kill: () => void probe.die(), release: () => void socket.destroy() };
}

/** Files in a folder and below it. */
function filesIn(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function readCache(): Holdings {
  const files = filesIn(cache);
  const locks = join(cache, 'locks');
  return {
    'stored files': files.length,
    'stored bytes': files.reduce((sum, file) => sum + statSync(file).size, 0),
    locks: existsSync(locks) ? readdirSync(locks).length : 0,
  };
}

let engines: Soak | null = null;
const rows = await soak(
  {
    start: async () => {
      engines = await Soak.start({ open, chatModel: `${siteUrl}chatty/` });
    },
    run: async (given) => engines?.run(given, (text) => send({ kind: 'progress', text })),
    settle: async () => engines?.settle(),
    close: async () => {
      await engines?.close();
      engines = null;
    },
    read: async () => ({
      program: readProcess(),
      cache: readCache(),
      ...(engines && (await readEngines(engines))),
    }),
  },
  amounts,
);
server.close();
process.send?.({ kind: 'rows', rows } satisfies NodeProgramMessage, () => process.disconnect());
