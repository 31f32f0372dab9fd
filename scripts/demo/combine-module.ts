import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import sirv from 'sirv';
import type { ProxiedPath } from '../static-server.ts';
import { moduleFile } from './module-file.ts';

/** The module of a custom combination, made reachable for the page. */
export interface CombineModule {
  /** For the page's server: its folder, so that what the module imports is found too. */
  readonly proxied: ProxiedPath;
  /** The module's address relative to the page. */
  readonly urlInPage: string;
  /** What the user calls its folder, ending with a slash. */
  readonly folderOutside: string;
  close(): void;
}

const path = '/combination/';

/** Characters that mean something in an address, and nothing in the name of a file; the slash is not among them. */
const reserved = /%(?:23|24|26|2b|2c|3a|3b|3d|3f|40)/gi;

/**
 * Makes a module of another server, or a file, one of the page's own site: an isolated page may import from elsewhere
 * only what agrees to it in its headers.
 * @throws Error where there is no such file
 */
export async function openCombineModule(given: string): Promise<CombineModule> {
  if (/^https?:\/\//.test(given) && URL.canParse(given)) {
    const target = new URL('./', given);
    const name = given.slice(given.lastIndexOf('/') + 1);
    return {
      proxied: { path, target },
      urlInPage: `.${path}${name}`,
      folderOutside: target.href,
      close: () => {},
    };
  }
  const file = moduleFile(given);
  const folder = dirname(file);
  // Asked for file by file: a folder of unknown size is not to be listed first.
  const files = sirv(folder, { dev: true });
  const server = createServer((request, response) => {
    // sirv decodes all but these, and takes a path that is parsed already (@polka/url) for what it is.
    const pathname = request.url?.replaceAll(reserved, decodeURIComponent);
    files(Object.assign(request, { _parsedUrl: { raw: request.url, pathname } }), response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    proxied: { path, target: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`) },
    urlInPage: `.${path}${encodeURIComponent(basename(file))}`,
    folderOutside: `${pathToFileURL(folder).href}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
