import { createStore, get, promisifyRequest, set, type UseStore, update } from 'idb-keyval';
import type { CostPerForward, PilotCriteria, PilotPlan, PilotRun, PilotStore } from '../../pilot/pilot.ts';
import type { PilotEnvironment } from '../../pilot/plan-key.ts';
import type { PilotForm } from './pilot-form.ts';

/** A pilot that was begun here; its runs are kept under its key. */
export interface KeptPilot {
  readonly key: string;
  readonly plan: PilotPlan;
  /** An older version had fewer: `readCriteria` reads them. */
  readonly criteria: Partial<PilotCriteria>;
  readonly costPerForward?: CostPerForward;
  readonly environment: PilotEnvironment;
}

/** Runs of older ones make room. */
const maxPilots = 5;

/**
 * Pilots in IndexedDB: unlike the Cache API it is there on plain http too, adds one run without rewriting the others,
 * and finds them by key. All methods reject where the browser keeps nothing.
 */
export class PilotStorage implements PilotStore {
  /** Opened when it is first needed: a page without pilots has no such database. */
  #opened: UseStore | null = null;

  get #store(): UseStore {
    this.#opened ??= createStore('antiphon-pilots', 'pilots');
    return this.#opened;
  }

  // `async` throughout: where site data is blocked some browsers throw instead of rejecting.
  async read(key: string): Promise<readonly unknown[]> {
    return this.#store('readonly', (store) => promisifyRequest(store.getAll(runsOf(key))));
  }

  async add(key: string, run: PilotRun): Promise<void> {
    await set(['run', key, run.case], run, this.#store);
  }

  /** The pilot that was begun last; null where there is none. */
  async latest(): Promise<KeptPilot | null> {
    return (await this.#pilots())[0] ?? null;
  }

  /** Puts a pilot first, and forgets the oldest ones. */
  async begin(pilot: KeptPilot): Promise<void> {
    let pilots: readonly KeptPilot[] = [];
    // One transaction: another tab may begin a pilot at the same time.
    await update<readonly KeptPilot[]>(
      ['pilots'],
      (kept = []) => {
        pilots = [pilot, ...kept.filter(({ key }) => key !== pilot.key)];
        return pilots.slice(0, maxPilots);
      },
      this.#store,
    );
    for (const { key } of pilots.slice(maxPilots)) await this.#forgetRuns(key);
  }

  async forget(key: string): Promise<void> {
    await update<readonly KeptPilot[]>(
      ['pilots'],
      (pilots = []) => pilots.filter((pilot) => pilot.key !== key),
      this.#store,
    );
    await this.#forgetRuns(key);
  }

  async readForm(): Promise<Partial<PilotForm>> {
    return (await get<Partial<PilotForm>>(['form'], this.#store)) ?? {};
  }

  async keepForm(form: PilotForm): Promise<void> {
    await set(['form'], form, this.#store);
  }

  async #pilots(): Promise<readonly KeptPilot[]> {
    return (await get<readonly KeptPilot[]>(['pilots'], this.#store)) ?? [];
  }

  async #forgetRuns(key: string): Promise<void> {
    await this.#store('readwrite', (store) => promisifyRequest(store.delete(runsOf(key))));
  }
}

/** An empty list sorts behind every number. */
const runsOf = (key: string): IDBKeyRange => IDBKeyRange.bound(['run', key], ['run', key, []]);
