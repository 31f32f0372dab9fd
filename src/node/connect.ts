import { fork, type Serializable } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { EngineOptions } from '../engine/engine-api.ts';
import type { EngineError } from '../errors/engine-error.ts';
import { urlOrPath } from '../host/node-paths.ts';
import { type ConnectedEngine, withOpenAi } from '../openai/connected-engine.ts';
import { connectEngine } from '../rpc/connect-engine.ts';
import type { EngineThread } from '../rpc/engine-thread.ts';
import { resolveOptions } from '../rpc/resolve-options.ts';
import { ipcEndpoint } from './ipc-endpoint.ts';
import { bundledCatalogueUrl, bundledModelsUrl, engineProcessUrl } from './package-files.ts';

/**
 * Addresses are URLs, or paths relative to the working directory. Without them the models are those of the package.
 */
export interface NodeConnectOptions extends EngineOptions {
  /**
   * Called when something is lost that no caller asked to end. `worker-lost`, once: the engine's process died, pending calls reject with
   * the same error; connect again. `device-lost`, each time: the GPU device was lost; the next request opens another one,
   * loads the models again, and a text in progress continues.
   */
  readonly onLost?: (error: EngineError) => void;
}

/** How long a process that was let go of may take to end, in milliseconds. */
const graceMs = 1000;

/**
 * Starts a process and connects to the engine in it. It ends with `close`, or with this process, which it keeps from
 * ending only while a call is under way. A process, and not a worker thread: a thread that is ended while Dawn works for
 * it takes the program with it.
 * @throws EngineError `invalid-request` for an option that is none, `worker-lost` where the process does not start
 */
export async function connect(options: NodeConnectOptions = {}): Promise<ConnectedEngine> {
  const resolved = resolveOptions(
    {
      ...options,
      modelsUrl: urlOrPath(options.modelsUrl ?? bundledModelsUrl),
      catalogueUrl: urlOrPath(options.catalogueUrl ?? bundledCatalogueUrl),
    },
    pathToFileURL(`${process.cwd()}/`).href,
  );
  return withOpenAi(
    await connectEngine({ thread: startProcess(), options: resolved, onLost: options.onLost }),
  );
}

function startProcess(): EngineThread {
  const child = fork(fileURLToPath(engineProcessUrl), [], {
    serialization: 'advanced',
    // Options of this process, as a debugger's port or a loader, are not the engine's.
    execArgv: [],
    // What the runtime prints must not mix with what the program prints.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  return {
    endpoint: ipcEndpoint(
      {
        // What cannot be sent any more has no reader: the end of the process tells all who wait.
        send: (message) => void child.send(message as Serializable, () => {}),
        onMessage: (listener) => child.on('message', listener),
        onDisconnect: (listener) => child.on('disconnect', listener),
      },
      false,
    ),
    lifeLock: `antiphon-process-${child.pid}`,
    watch: (lost) => {
      child.on('error', (error) =>
        lost(`the engine's process failed: ${error.message}; connect again`, error),
      );
      child.on('exit', (status, signal) =>
        lost(`the engine's process ended (${signal ?? `status ${status}`}); connect again`),
      );
      // A process that cannot be reached is of no use. It ends by itself, unless an endless loop of a custom combination,
      // say, keeps it from that; its exit tells.
      child.on('disconnect', () => {
        const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
        timer.unref();
        child.on('exit', () => clearTimeout(timer));
      });
    },
    opened: () => {},
    hold: (isHeld) => {
      // A program that is through ends, whether or not it has closed its engines.
      const hold = isHeld ? 'ref' : 'unref';
      child[hold]();
      child.channel?.[hold]();
    },
    // It ends by itself, and gives its locks back; the program does not end before it.
    terminate: () => {
      child.ref();
      if (child.connected) child.disconnect();
    },
  };
}
