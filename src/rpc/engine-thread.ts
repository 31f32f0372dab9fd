import type { Endpoint } from 'comlink';

/** Where an engine runs beside its caller: a worker of the page, or a process of its own. */
export interface EngineThread {
  readonly endpoint: Endpoint;
  /** Name of a lock that the other side holds while it lives, where there are such locks. */
  readonly lifeLock: string;
  /** Tells when it dies by itself; before it is opened. The message ends with what to do. */
  watch(lost: (message: string, cause?: unknown) => void): void;
  /** The other side has answered, and holds its lock. */
  opened(lost: (message: string, cause?: unknown) => void): void;
  /** While a call waits for it, it keeps the program from ending; where a program can end. */
  hold?(isHeld: boolean): void;
  terminate(): void;
}
