import type { EngineApi, EngineOptions } from '../engine/engine-api.ts';
import { EngineError } from '../errors/engine-error.ts';
import { connectEngine } from './connect-engine.ts';
import type { EngineThread } from './engine-thread.ts';
import { resolveOptions } from './resolve-options.ts';

/** Options of `connect`. */
export interface ConnectOptions extends EngineOptions {
  /** Starts the engine's worker where a bundler or a content security policy needs another way. */
  readonly createWorker?: () => Worker;
  /**
   * Called when something is lost that no caller asked to end. `worker-lost`, once: the worker died, pending calls reject with
   * the same error; connect again. `device-lost`, each time: the GPU device was lost; the next request opens another one,
   * loads the models again, and a text in progress continues.
   */
  readonly onLost?: (error: EngineError) => void;
}

/**
 * Starts the worker and connects to the engine in it.
 * @throws EngineError `invalid-request` for an option that is none, `worker-lost` where the worker's script cannot be loaded
 */
export async function connect(options: ConnectOptions = {}): Promise<EngineApi> {
  const resolved = resolveOptions(options);
  const thread = workerThread(options.createWorker?.() ?? startWorker());
  return connectEngine({ thread, options: resolved, onLost: options.onLost });
}

/** @throws EngineError `worker-lost` where the page may not start a worker from where the library lies */
function startWorker(): Worker {
  try {
    return new Worker(new URL('../../workers/engine.worker.ts', import.meta.url), {
      type: 'module',
      name: 'antiphon-engine',
    });
  } catch (cause) {
    const { origin } = new URL(import.meta.url);
    throw new EngineError(
      'worker-lost',
      `this page (origin ${location.origin}) may not start the engine's worker from ${origin}: serve the library from the page's own origin, or pass createWorker`,
      { details: { libraryOrigin: origin, pageOrigin: location.origin }, cause },
    );
  }
}

function workerThread(worker: Worker): EngineThread {
  const lifeLock = `antiphon-worker-${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;
  return {
    endpoint: worker,
    lifeLock,
    watch: (lost) => {
      worker.addEventListener('error', (event) => {
        // Without this a browser also reports it as an error of the page, though every call rejects with it.
        event.preventDefault();
        lost(
          `the worker failed: ${event.message || 'its script could not be loaded'}; connect again`,
          event.error,
        );
      });
      worker.addEventListener('messageerror', () =>
        lost('received an unreadable message from the worker; connect again'),
      );
    },
    opened: (lost) => {
      const awaitDeath = async (): Promise<void> => {
        const { locks } = navigator as { readonly locks?: LockManager };
        await locks?.request(lifeLock, () => lost('the worker died; connect again'));
      };
      // Granted when the worker has died: out of memory, say, which fires no error event. Denied where site data is
      // blocked: then only error events tell.
      awaitDeath().catch(() => {});
    },
    terminate: () => worker.terminate(),
  };
}
