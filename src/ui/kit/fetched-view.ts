import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Code that an element fetches when it has something to show; the element is drawn anew as it comes. */
export class FetchedView implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #load: () => Promise<unknown>;
  #state: 'not-needed' | 'coming' | 'here' | 'missing' = 'not-needed';

  /** @param load imports the module that defines what is shown */
  constructor(host: ReactiveControllerHost, load: () => Promise<unknown>) {
    this.#host = host;
    this.#load = load;
    host.addController(this);
  }

  get state(): 'not-needed' | 'coming' | 'here' | 'missing' {
    return this.#state;
  }

  hostConnected(): void {}

  /** Fetches it once; further calls do nothing, unless it did not come. */
  fetch = async (): Promise<void> => {
    if (this.#state === 'coming' || this.#state === 'here') return;
    this.#set('coming');
    try {
      await this.#load();
      this.#set('here');
    } catch {
      this.#set('missing');
    }
  };

  #set(state: 'coming' | 'here' | 'missing'): void {
    this.#state = state;
    this.#host.requestUpdate();
  }
}
