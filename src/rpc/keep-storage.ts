import type { LoadProgress } from '../engine/engine-api.ts';

/** Some browsers ask the reader: not for models that are fetched anew in seconds. */
const worthKeepingBytes = 32e6;

/**
 * Asks the browser, once a page, not to clear its storage when space runs short: when a large model begins to come over
 * the network. Only pages may ask (https://storage.spec.whatwg.org/#dom-storagemanager-persist); what the answer is
 * changes nothing but how long files stay.
 */
export class StorageKeeper {
  readonly #ask: () => Promise<unknown>;
  #asked = false;

  constructor(ask: () => Promise<unknown> = askBrowser) {
    this.#ask = ask;
  }

  notice({ stage, cached, bytesTotal }: LoadProgress): void {
    if (this.#asked || stage !== 'download' || cached || (bytesTotal ?? 0) < worthKeepingBytes) return;
    this.#asked = true;
    this.#ask().catch(() => {});
  }
}

async function askBrowser(): Promise<void> {
  // Missing outside secure contexts, whatever the type declaration says.
  const { storage } = navigator as { readonly storage?: { persist?(): Promise<boolean> } };
  await storage?.persist?.();
}
