import { parseFile } from '../../models/files/download/check-content.ts';

/**
 * What a JSON file that lies beside the page says.
 * @param path against the page's address
 * @param read checks what it is given; the address is for its messages
 * @throws Error where the file does not arrive; EngineError `integrity` where it is not JSON; what `read` throws
 */
export async function fetchBeside<Content>(
  path: string,
  read: (json: unknown, address: string) => Content,
): Promise<Content> {
  const { href } = new URL(path, document.baseURI);
  const response = await fetch(href);
  if (!response.ok) throw new Error(`${href} answered ${response.status} ${response.statusText}`.trimEnd());
  return read(parseFile(href, new Uint8Array(await response.arrayBuffer())), href);
}
