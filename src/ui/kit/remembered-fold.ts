import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { RememberedFlag } from './remembered-flag.ts';

/** The page is as wide as its two columns. */
const wide = '(min-width: 62rem)';

/** Open where there is room for it, folded away on a narrow screen, until the reader has it otherwise. */
export function foldByWidth(host: ReactiveControllerHost, name: string): RememberedFold {
  return matchMedia(wide).matches
    ? new RememberedFold(host, `${name}.folded`, 'folded')
    : new RememberedFold(host, `${name}.open`, 'open');
}

/** Whether a section is open, as the reader left it; the section is drawn anew when that changes. */
export class RememberedFold implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #flag: RememberedFlag;
  /** What the flag stands for; the other is how a section begins. */
  readonly #remembers: 'open' | 'folded';
  #open: boolean;

  constructor(host: ReactiveControllerHost, key: string, remembers: 'open' | 'folded') {
    this.#host = host;
    this.#flag = new RememberedFlag(key);
    this.#remembers = remembers;
    this.#open = this.#flag.read() === (remembers === 'open');
    host.addController(this);
  }

  get open(): boolean {
    return this.#open;
  }

  hostConnected(): void {}

  /** For the `toggle` of the section's details. */
  onToggle = (event: Event): void => {
    const { open } = event.currentTarget as HTMLDetailsElement;
    // The event comes for what was rendered open too, which is no wish: another tab's may have been told meanwhile.
    if (open === this.#open) return;
    this.#open = open;
    this.#flag.write(open === (this.#remembers === 'open'));
    this.#host.requestUpdate();
  };
}
