/** More threads than this gain nothing on models of browser size and take memory each. */
const maxThreads = 8;

/** What a page or worker says of the machine; browsers that hide the number of cores leave it out. */
export interface ThreadScope {
  readonly crossOriginIsolated: boolean;
  readonly navigator: { readonly hardwareConcurrency?: number | undefined };
}

/** Threads of the WASM backend: threads share memory, which browsers allow only to isolated pages. */
export function threadCount({ crossOriginIsolated, navigator }: ThreadScope): number {
  if (!crossOriginIsolated) return 1;
  return Math.max(1, Math.min(navigator.hardwareConcurrency || 1, maxThreads));
}
