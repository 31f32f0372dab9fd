/** A yes or no that this browser remembers; storage may be closed to a page, which then begins with no every time. */
export class RememberedFlag {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  read(): boolean {
    try {
      return localStorage.getItem(this.#key) !== null;
    } catch {
      return false;
    }
  }

  write(isSet: boolean): void {
    try {
      if (isSet) localStorage.setItem(this.#key, '');
      else localStorage.removeItem(this.#key);
    } catch {
      // Forgotten with the page.
    }
  }
}
