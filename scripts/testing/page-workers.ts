import type { CDPSession, Page } from 'playwright';

/** Names a worker of a page. */
export type WorkerId = string;

/** Heap of a page or a worker, as Chromium tells it. */
export interface HeapUse {
  /** Objects, bytes. */
  readonly usedSize: number;
  /** Buffers of arrays, WebAssembly's memory among them, bytes. */
  readonly backingStorageSize: number;
}

/** The dedicated workers of a page, over Chromium's own protocol: https://chromedevtools.github.io/devtools-protocol */
export class PageWorkers {
  readonly #session: CDPSession;
  readonly #workers = new Set<WorkerId>();
  readonly #waiting = new Map<
    number,
    { readonly worker: WorkerId; readonly settle: (result: unknown) => void }
  >();
  #lastId = 0;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  /** To be called before the page starts its workers. */
  static async watch(page: Page): Promise<PageWorkers> {
    const session = await page.context().newCDPSession(page);
    const workers = new PageWorkers(session);
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') workers.#workers.add(sessionId);
    });
    session.on('Target.detachedFromTarget', ({ sessionId }) => workers.#gone(sessionId));
    session.on('Target.receivedMessageFromTarget', ({ message }) => workers.#receive(message));
    // Not flat: Playwright's session carries no messages of other targets.
    await session.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
    return workers;
  }

  /** Those that live, in the order in which they started. */
  get ids(): readonly WorkerId[] {
    return [...this.#workers];
  }

  /** Calls a method of the protocol in a worker, which answers between two tasks; null where it has ended. */
  call<Result>(worker: WorkerId, method: string, params: object = {}): Promise<Result | null> {
    if (!this.#workers.has(worker)) return Promise.resolve(null);
    const id = ++this.#lastId;
    const message = JSON.stringify({ id, method, params });
    return new Promise((resolve) => {
      this.#waiting.set(id, { worker, settle: (result) => resolve(result as Result | null) });
      this.#session
        .send('Target.sendMessageToTarget', { sessionId: worker, message })
        .catch(() => this.#gone(worker));
    });
  }

  /** Calls under way settle with null. */
  async end(): Promise<void> {
    for (const worker of this.ids) this.#gone(worker);
    await this.#session.detach();
  }

  #gone(worker: WorkerId): void {
    this.#workers.delete(worker);
    for (const [id, call] of this.#waiting) if (call.worker === worker) this.#settle(id, null);
  }

  #receive(message: string): void {
    const { id, result = null } = JSON.parse(message) as { readonly id?: number; readonly result?: unknown };
    if (id !== undefined) this.#settle(id, result);
  }

  #settle(id: number, result: unknown): void {
    this.#waiting.get(id)?.settle(result);
    this.#waiting.delete(id);
  }
}
