/**
 * Where tests find the files of the project, and those of `public/`: in a browser the page's own address, in Node.js
 * that of the server which scripts/testing/serve-site.ts starts.
 */
export const siteUrl = new URL('/', globalThis.location?.href ?? process.env.ANTIPHON_TEST_SITE).href;

/** The file at an address as `?url` imports have it: relative to the site. */
export async function bytesAt(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(new URL(url, siteUrl));
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

export async function jsonAt<T>(url: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await bytesAt(url)));
}
