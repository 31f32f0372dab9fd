import type { Page } from '@playwright/test';

/** Names of the WebAssembly files that a page and its workers fetch from now on, each as often as it is fetched. */
export function wasmFilesFetched(page: Page): readonly string[] {
  const names: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith('.wasm')) names.push(pathname.slice(pathname.lastIndexOf('/') + 1));
  });
  return names;
}
