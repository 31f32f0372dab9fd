import { ensureSite, siteFolder } from '../build.ts';
import { openCombineModule } from '../demo/combine-module.ts';
import { type ModelLocations, openModelFolders, requireModel } from '../demo/model-folder.ts';
import { serveFolder } from '../static-server.ts';

export interface ServedEngineOptions {
  /** Folder of models on a server, ending with a slash; null for the bundled ones. */
  readonly modelsUrl: URL | null;
  /** Models that must exist: catalogue ids or addresses of folders. */
  readonly namedModels: readonly string[];
  /** File or URL of a custom combination; null without one. */
  readonly combineModule: string | null;
}

/**
 * The built site on a server of its own, with the models and the module that a command line names made reachable for
 * its pages. Those have other names in the page than the user gave them.
 */
export interface ServedEngine {
  readonly url: string;
  readonly locations: ModelLocations;
  nameInPage(name: string): string;
  nameOutside(name: string): string;
  /** A message of the page with the addresses that the user knows. */
  messageOutside(message: string): string;
  close(): Promise<void>;
}

/** @throws Error or EngineError where a module or a model is not there */
export async function serveEngine(options: ServedEngineOptions): Promise<ServedEngine> {
  const { modelsUrl, namedModels, combineModule: moduleOutside } = options;
  await ensureSite();
  const folders = await openModelFolders(modelsUrl, namedModels);
  const combineModule = moduleOutside === null ? null : await openCombineModule(moduleOutside);
  const server = await serveFolder({
    folder: siteFolder,
    proxied: [...folders.proxied, ...(combineModule ? [combineModule.proxied] : [])],
  });
  const nameInPage = (name: string): string =>
    combineModule && name === moduleOutside ? combineModule.urlInPage : folders.nameInPage(name, server.url);
  const namesOutside = moduleOutside === null ? namedModels : [...namedModels, moduleOutside];
  const messageOutside = (message: string): string => {
    const text = folders.messageOutside(message, server.url);
    if (!combineModule) return text;
    return text.replaceAll(new URL(combineModule.proxied.path, server.url).href, combineModule.folderOutside);
  };
  const close = async (): Promise<void> => {
    await server.close();
    combineModule?.close();
  };
  const locations = folders.locations(server.url);
  try {
    for (const model of namedModels) await requireModel(nameInPage(model), locations);
  } catch (error) {
    if (error instanceof Error) error.message = messageOutside(error.message);
    await close();
    throw error;
  }
  return {
    url: server.url,
    locations,
    nameInPage,
    nameOutside: (name) => namesOutside.find((candidate) => nameInPage(candidate) === name) ?? name,
    messageOutside,
    close,
  };
}
