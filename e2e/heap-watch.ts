import type { CDPSession, Page } from '@playwright/test';

/** How often the heap is asked for its size. A worker that computes answers when it has ended. */
const everyMs = 5;

interface HeapUse {
  /** Objects, bytes. */
  readonly usedSize: number;
  /** Buffers of arrays, WebAssembly's memory among them, bytes. */
  readonly backingStorageSize: number;
}

/** The largest JavaScript heap of a page's first worker, over Chromium's own protocol. */
export class HeapWatch {
  /** Objects and buffers together, bytes. */
  peakBytes = 0;
  /** How often the heap told its size. */
  samples = 0;
  readonly #session: CDPSession;
  #worker: string | null = null;
  /** Of the one question under way. */
  #settle: (use: HeapUse) => void = () => {};
  #isOver = false;
  #watching: Promise<void> = Promise.resolve();

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  /** To be called before the page starts its worker. */
  static async start(page: Page): Promise<HeapWatch> {
    const session = await page.context().newCDPSession(page);
    const watch = new HeapWatch(session);
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') watch.#worker ??= sessionId;
    });
    session.on('Target.detachedFromTarget', ({ sessionId }) => {
      if (sessionId === watch.#worker) watch.#giveUp();
    });
    session.on('Target.receivedMessageFromTarget', ({ message }) => watch.#receive(message));
    // Not flat: Playwright's session carries no messages of other targets.
    await session.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
    watch.#watching = watch.#watch();
    return watch;
  }

  async end(): Promise<void> {
    this.#giveUp();
    await this.#watching;
    await this.#session.detach();
  }

  /** A worker that has ended answers no more. */
  #giveUp(): void {
    this.#isOver = true;
    this.#settle({ usedSize: 0, backingStorageSize: 0 });
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      if (this.#worker === null) continue;
      const use = await this.#ask(this.#worker);
      this.samples++;
      this.peakBytes = Math.max(this.peakBytes, use.usedSize + use.backingStorageSize);
    }
  }

  #ask(sessionId: string): Promise<HeapUse> {
    const message = JSON.stringify({ id: 1, method: 'Runtime.getHeapUsage' });
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#session.send('Target.sendMessageToTarget', { sessionId, message }).catch(() => this.#giveUp());
    });
  }

  #receive(message: string): void {
    const { result } = JSON.parse(message) as { readonly result?: HeapUse };
    if (result) this.#settle(result);
  }
}
