/** One window of a browser that is not Chromium, whichever protocol drives it. */
export interface BrowserSession {
  /** Name and version, for messages. */
  readonly browser: string;
  open(url: string): Promise<void>;
  /** Value of a JavaScript expression in the page; what a promise resolves to. */
  evaluate<Value>(expression: string): Promise<Value>;
  close(): Promise<void>;
}

/** A browser that may be on this machine. */
export interface OtherBrowser {
  readonly name: 'Firefox' | 'WebKit';
  /** How to get it, for those who lack it. */
  readonly howToInstall: string;
  /** Starts it without a window; null where it is not here. */
  start(): Promise<BrowserSession | null>;
}
