import type { EngineError } from '../errors/engine-error.ts';
import { ModelRuntime } from '../models/session/runtime.ts';
import type { BackendChoice, LifeState } from './engine-api.ts';

/** What the engine uses of a runtime. */
export type Runtime = Pick<ModelRuntime, keyof ModelRuntime>;

/** @param onLost told when the device is lost that the runtime opened */
export type OpenRuntime = (choice: BackendChoice, onLost: (error: EngineError) => void) => Promise<Runtime>;

export const openModelRuntime: OpenRuntime = (choice, onLost) => ModelRuntime.open(choice, { onLost });

/** Where each state may lead. */
const successors: Readonly<Record<LifeState, readonly LifeState[]>> = {
  unopened: ['opening', 'closing'],
  opening: ['open', 'unopened', 'closing'],
  open: ['lost', 'closing'],
  lost: ['reopening', 'closing'],
  reopening: ['open', 'lost', 'closing'],
  closing: ['closed'],
  closed: [],
};

/**
 * Owns the runtime with its device, from the first request that needs it until `close`. A lost device is replaced by the
 * next request that asks for the runtime.
 */
export class EngineLife {
  readonly #open: () => Promise<Runtime>;
  readonly #onLost: (error: EngineError) => void;
  #state: LifeState = 'unopened';
  #runtime: Runtime | null = null;
  /** The opening or reopening in progress. */
  #change: Promise<Runtime> | null = null;
  /** The device was lost before it was open. */
  #lostEarly: EngineError | null = null;
  #closed: EngineError | null = null;
  #losses = 0;

  /** @param onLost told once for each device that is lost */
  constructor(
    choice: BackendChoice,
    onLost: (error: EngineError) => void,
    openRuntime: OpenRuntime = openModelRuntime,
  ) {
    this.#open = () => openRuntime(choice, (error) => this.lose(error, this.#losses));
    this.#onLost = onLost;
  }

  get state(): LifeState {
    return this.#state;
  }

  /** Devices lost so far. What was opened on a device when fewer were lost is gone with it. */
  get losses(): number {
    return this.#losses;
  }

  /** null before the first request that needs it. */
  get opened(): Runtime | null {
    return this.#runtime;
  }

  /**
   * Opens the runtime, or replaces its lost device. After a failure the next call tries again.
   * @throws EngineError `invalid-request`, `device-lost`; `worker-lost` after `close`
   */
  async runtime(): Promise<Runtime> {
    if (this.#closed) throw this.#closed;
    if (this.#state === 'open' && this.#runtime) return this.#runtime;
    this.#change ??= this.#enter().finally(() => {
      this.#change = null;
    });
    return this.#change;
  }

  /**
   * Notes that a device is lost.
   * @param losses how many were lost when the device was in use: a late report of an earlier one counts nothing
   */
  lose(error: EngineError, losses: number): void {
    if (losses !== this.#losses || this.#closed) return;
    if (this.#state === 'opening' || this.#state === 'reopening') this.#lostEarly = error;
    if (this.#state !== 'open') return;
    this.#losses += 1;
    this.#move('lost');
    this.#onLost(error);
  }

  /** @param reason what every later request is refused with */
  async close(reason: EngineError): Promise<void> {
    if (!this.#closed) this.#move('closing');
    this.#closed ??= reason;
    await this.#change?.catch(() => {});
    await this.#runtime?.close();
    if (this.#state === 'closing') this.#move('closed');
  }

  async #enter(): Promise<Runtime> {
    const before = this.#state;
    this.#lostEarly = null;
    this.#move(this.#runtime ? 'reopening' : 'opening');
    try {
      if (this.#runtime) await this.#runtime.reopen();
      else this.#runtime = await this.#open();
      if (this.#closed) throw this.#closed;
      this.#move('open');
    } catch (error) {
      if (!this.#closed) this.#move(before);
      throw error;
    }
    const lost = this.#lostEarly as EngineError | null;
    if (!lost) return this.#runtime;
    this.lose(lost, this.#losses);
    throw lost;
  }

  #move(to: LifeState): void {
    if (!successors[this.#state].includes(to)) {
      throw new Error(`The engine cannot go from ${this.#state} to ${to}`);
    }
    this.#state = to;
  }
}
