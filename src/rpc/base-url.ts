/** As much of a page as says what its relative addresses are relative to. */
export interface PageScope {
  /** Workers have none. */
  readonly document?: { readonly baseURI: string };
  readonly location: { readonly href: string; readonly origin: string };
}

/**
 * What relative addresses are relative to in a page: its `<base href>`, and in `srcdoc` and `about:blank` documents the
 * page around it. A `blob:` document has no folder: its origin takes the place.
 */
export function baseUrlOf({ document, location }: PageScope): string {
  const base = document?.baseURI ?? location.href;
  return URL.canParse('models/', base) ? base : `${location.origin}/`;
}
