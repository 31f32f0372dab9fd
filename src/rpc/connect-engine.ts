import { releaseProxy, wrap } from 'comlink';
import type { EngineApi, ResolvedEngineOptions } from '../engine/engine-api.ts';
import type { EngineError } from '../errors/engine-error.ts';
import type { EngineThread } from './engine-thread.ts';
import type { EngineWire, RemoteWire } from './engine-wire.ts';
import { errorFromWire, installErrorTransfer } from './error-transfer.ts';
import { RemoteEngine } from './remote-engine.ts';
import { WorkerLife } from './worker-life.ts';

export interface EngineConnection {
  readonly thread: EngineThread;
  readonly options: ResolvedEngineOptions;
  readonly onLost: ((error: EngineError) => void) | undefined;
}

/** Opens an engine in `thread`. Throws EngineError `worker-lost` where it cannot be opened. */
export async function connectEngine(connection: EngineConnection): Promise<EngineApi> {
  const { thread, options, onLost } = connection;
  installErrorTransferOnce();
  const wire = wrap<EngineWire>(thread.endpoint);
  const life = new WorkerLife(
    () => {
      thread.terminate();
      wire[releaseProxy]();
    },
    (isWaiting) => thread.hold?.(isWaiting),
  );
  let isOpen = false;
  const lost = (message: string, cause?: unknown): void => {
    const error = life.end(message, cause);
    if (error && isOpen) onLost?.(error);
  };
  thread.watch(lost);
  try {
    await life.guard(() => wire.open(options, thread.lifeLock));
  } catch (error) {
    life.end('the worker could not be opened; connect again', error);
    throw error;
  }
  thread.opened(lost);
  isOpen = true;
  // What a worker that is gone does not answer, its end tells.
  if (onLost) reportLosses(wire, onLost).catch(() => {});
  return new RemoteEngine(wire, life);
}

async function reportLosses(wire: RemoteWire, onLost: (error: EngineError) => void): Promise<never> {
  for (;;) {
    const error = errorFromWire(await wire.nextLoss()) as EngineError;
    // Whatever it throws is the caller's own uncaught error.
    queueMicrotask(() => onLost(error));
  }
}

let installed = false;

function installErrorTransferOnce(): void {
  if (!installed) installErrorTransfer();
  installed = true;
}
