import { host } from '#host';
import { CATALOGUE_FILE } from '../../src/models/files/catalogue.ts';
import { failureOf, isNotFound, localFileError } from '../../src/models/files/download/download-errors.ts';
import { fetchFile } from '../../src/models/files/download/fetch-file.ts';
import { onnxPath, splitDtype } from '../../src/models/files/dtype.ts';
import { dtypesOf } from '../../src/models/files/folder-fetch.ts';
import { type ModelAddress, remoteFile, resolveModel } from '../../src/models/files/model-address.ts';
import { keepNothing } from '../../src/models/files/storage/no-file-store.ts';
import type { ProxiedPath } from '../static-server.ts';

/** Absolute addresses of the models that have no address of their own, as the engine sees them. */
export interface ModelLocations {
  readonly modelsUrl: string;
  /** The bundled catalogue, wherever the models lie: an id that it knows names one content. */
  readonly catalogueUrl: string;
}

/** How the page reaches models on other servers, and what they are called there. */
export interface ModelFolders {
  /** For the page's server: folders of other servers become folders of its own. */
  readonly proxied: readonly ProxiedPath[];
  locations(siteUrl: string): ModelLocations;
  /** What to call a model in the page: its id, or the address of its folder on the page's server. */
  nameInPage(model: string, siteUrl: string): string;
  /** A message of the page with the addresses that the user knows. */
  messageOutside(message: string, siteUrl: string): string;
}

const bundledPath = '/models/';
/** Not the bundled models' own path: a folder's catalogue must not stand in for theirs. */
const outsidePath = '/outside-models/';

/** Throws an Error where no server answers for a folder of models; a folder of this machine needs none. */
export async function requireServer(modelsUrl: URL): Promise<void> {
  if (!host.isLocal(modelsUrl.href)) await hasCatalogue(modelsUrl);
}

/** True where `folder` has a catalogue; a page that says "not found" with status 200 is none. */
async function hasCatalogue(folder: URL): Promise<boolean> {
  const url = new URL(CATALOGUE_FILE, folder);
  try {
    const answer = await fetch(url);
    if (!answer.ok) return false;
    await answer.json();
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw new Error(`--models-url: no answer from ${url.href}; is a server running there?`, { cause: error });
  }
}

/**
 * A page that is cross-origin isolated may read other servers only where they agree in their headers, which
 * ordinary file servers do not. So the page's own server stands before them, and their answers pass unchanged.
 *
 * What a folder's catalogue does not list is looked up in the bundled one, which knows length and sha256 of the files
 * of the bundled models; other models in it are found by the names of their folders.
 */
export async function openModelFolders(
  modelsUrl: URL | null,
  models: readonly string[],
): Promise<ModelFolders> {
  const proxied: ProxiedPath[] = [];
  const pathOf = new Map<string, string>();
  for (const model of models) {
    const { name } = splitDtype(model);
    if (pathOf.has(name) || !/^https?:\/\//.test(name) || !URL.canParse(name)) continue;
    const path = `/model-${pathOf.size}/`;
    pathOf.set(name, path);
    proxied.push({ path, target: new URL(name.endsWith('/') ? name : `${name}/`) });
  }
  if (modelsUrl) {
    const except = (await hasCatalogue(modelsUrl)) ? [] : [CATALOGUE_FILE];
    proxied.push({ path: outsidePath, target: modelsUrl, except });
  }
  return {
    proxied,
    locations: (siteUrl) => ({
      modelsUrl: new URL(modelsUrl ? outsidePath : bundledPath, siteUrl).href,
      catalogueUrl: new URL(`${bundledPath}${CATALOGUE_FILE}`, siteUrl).href,
    }),
    nameInPage: (model, siteUrl) => {
      const { name, dtype } = splitDtype(model);
      const path = pathOf.get(name);
      if (path === undefined) return model;
      return new URL(path, siteUrl).href + (dtype === null ? '' : `:${dtype}`);
    },
    messageOutside: (message, siteUrl) =>
      proxied.reduce(
        (text, { path, target }) => text.replaceAll(new URL(path, siteUrl).href, target.href),
        message,
      ),
  };
}

/**
 * Throws what loading the model would throw where its folder, or the file of its weights, is not there. The weights
 * are not downloaded for it.
 */
export async function requireModel(model: string, locations: ModelLocations): Promise<void> {
  const { modelsUrl, catalogueUrl: bundledCatalogueUrl } = locations;
  const address = await resolveModel(model, { modelsUrl, bundledCatalogueUrl, store: keepNothing });
  const { unknownId } = address;
  try {
    await fetchFile(remoteFile(address, 'config.json', 'json'), { store: keepNothing });
  } catch (error) {
    if (unknownId && (isNotFound(error) || failureOf(error) === 'html-page')) throw unknownId;
    throw error;
  }
  let firstError: unknown;
  for (const dtype of dtypesOf(address, { backend: 'wasm', hasShaderF16: false })) {
    try {
      return await requireWeights(address, onnxPath(dtype));
    } catch (error) {
      firstError ??= error;
    }
  }
  throw firstError;
}

/** A server that does not say "yes" to a question about the file is asked for the file, and so names the failure. */
async function requireWeights(address: ModelAddress, path: string): Promise<void> {
  // What a repository lists is there.
  if (address.listing?.isComplete) return;
  const file = remoteFile(address, path, 'onnx');
  if (host.isLocal(file.url)) {
    if ((await host.openLocal(file.url)) === null) throw localFileError(file.url, null);
    return;
  }
  const head = await fetch(file.url, { method: 'HEAD' });
  if (head.ok && !head.headers.get('content-type')?.startsWith('text/html')) return;
  // As if nothing were known of it, so that it fails for being missing and not for being another.
  await fetchFile({ ...file, expected: null }, { store: keepNothing });
}
