import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { initialForm, type RequestForm, rollSeed } from '../../form/request-form.ts';
import { wantedIn, withStanding, withWanted } from '../../form/stand-ins.ts';
import { linkOf, readLink } from './settings-link.ts';

/** Where settings come from and go to. */
export interface SettingsPlace {
  readonly url: string;
  /** Behind the #; empty where there is none. */
  readHash(): string;
  writeHash(hash: string): void;
  /** What the reader had set last; null where nothing is kept. */
  readStored(): string | null;
  store(hash: string): void;
}

const storageKey = 'antiphon-settings';
/** Browsers refuse an address that changes with every key that is pressed. */
const writeAfterMs = 300;

/** The address bar and the browser's storage, which a page may be denied. */
export const browserPlace: SettingsPlace = {
  get url() {
    return location.href;
  },
  readHash: () => location.hash.slice(1),
  writeHash: (hash) => history.replaceState(history.state, '', `#${hash}`),
  readStored: () => quietly(() => localStorage.getItem(storageKey)) ?? null,
  store: (hash) => quietly(() => localStorage.setItem(storageKey, hash)),
};

function quietly<T>(access: () => T): T | undefined {
  try {
    return access();
  } catch {
    return undefined;
  }
}

/**
 * The page's settings: from the link it was opened with, else as the reader left them; kept in both. What a link wants
 * from elsewhere waits until the reader agrees.
 */
export class PageSettings implements ReactiveController {
  form: RequestForm;
  /** What the link said wrong. */
  problems: readonly string[] = [];
  readonly #host: ReactiveControllerHost;
  readonly #place: SettingsPlace;
  readonly #onLink: (form: RequestForm) => void;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** @param onLink called with settings that come from a link while the page is open */
  constructor(host: ReactiveControllerHost, place: SettingsPlace, onLink: (form: RequestForm) => void) {
    this.#host = host;
    this.#place = place;
    this.#onLink = onLink;
    this.form = initialForm(rollSeed());
    this.#read();
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener('hashchange', this.#onHashChange);
    addEventListener('pagehide', this.write);
  }

  hostDisconnected(): void {
    this.write();
    removeEventListener('hashchange', this.#onHashChange);
    removeEventListener('pagehide', this.write);
  }

  /** Addresses that wait for the reader's word. */
  get foreign(): readonly string[] {
    return wantedIn(this.form);
  }

  change(form: RequestForm): void {
    this.form = withStanding(form, this.form);
    this.problems = [];
    this.#timer ??= setTimeout(this.write, writeAfterMs);
    this.#host.requestUpdate();
  }

  /** Takes what the link wants from elsewhere; what the reader has set since it was read stays. */
  agree(): RequestForm {
    this.change(withWanted(this.form));
    return this.form;
  }

  dismiss(): void {
    this.form = { ...this.form, standIns: [] };
    this.problems = [];
    this.#host.requestUpdate();
  }

  /** Writes what has changed, without waiting. */
  write = (): void => {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    const hash = linkOf(this.form);
    this.#place.writeHash(hash);
    this.#place.store(hash);
  };

  #read(): void {
    const hash = this.#place.readHash();
    const stored = this.#place.readStored();
    const settings = readLink(hash || stored || '', initialForm(rollSeed()), this.#place.url);
    const isOwn = hash === '' || hash === stored;
    this.form = isOwn ? settings.whole : settings.form;
    this.problems = settings.problems;
  }

  #onHashChange = (): void => {
    this.#read();
    this.#host.requestUpdate();
    this.#onLink(this.form);
  };
}
