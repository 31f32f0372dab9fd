import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Renders its host anew when the connection goes or comes back, and then does what waited for it. */
export class ConnectionWatch implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #onBack: () => void;

  constructor(host: ReactiveControllerHost, onBack: () => void) {
    this.#host = host;
    this.#onBack = onBack;
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('online', this.#onOnline);
    addEventListener('offline', this.#onOffline);
  }

  hostDisconnected(): void {
    removeEventListener('online', this.#onOnline);
    removeEventListener('offline', this.#onOffline);
  }

  #onOnline = (): void => {
    this.#onBack();
    this.#host.requestUpdate();
  };

  #onOffline = (): void => this.#host.requestUpdate();
}
