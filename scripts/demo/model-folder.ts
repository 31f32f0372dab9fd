import { CATALOGUE_FILE } from '../../src/models/catalogue.ts';
import { splitDtype } from '../../src/models/dtype.ts';
import { keepNothing } from '../../src/models/file-store.ts';
import { resolveModel } from '../../src/models/model-address.ts';
import type { ProxiedPath } from '../static-server.ts';

/** How the page reaches models on other servers, and what they are called there. */
export interface ModelFolders {
  /** For the page's server: folders of other servers become folders of its own. */
  readonly proxied: readonly ProxiedPath[];
  /** What to call a model in the page: its id, or the address of its folder on the page's server. */
  nameInPage(model: string, siteUrl: string): string;
  /** A message of the page with the addresses that the user knows. */
  messageOutside(message: string, siteUrl: string): string;
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
 * A folder without a catalogue is read with the bundled one, which knows length and sha256 of the files of the
 * bundled models; other models in it are found by the names of their folders.
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
    proxied.push({ path: '/models/', target: modelsUrl, except });
  }
  return {
    proxied,
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

/** Throws what loading the model would throw if there is none of that name. */
export async function requireModel(nameInPage: string, siteUrl: string): Promise<void> {
  const { folderUrl, unknownId } = await resolveModel(nameInPage, {
    modelsUrl: `${siteUrl}models/`,
    store: keepNothing,
  });
  if (unknownId && !(await fetch(`${folderUrl}config.json`)).ok) throw unknownId;
}
