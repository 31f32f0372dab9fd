import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { siteFolder } from '../../scripts/build.ts';
import { type ProxiedPath, serveFolder } from '../../scripts/static-server.ts';
import { peerModulesFolder, peersFolder, peersInstalled } from './peer-packages.ts';

/** One server for every engine: the built site, the pages' scripts, the peers and the models, all isolated alike. */
export interface ContenderSite {
  /** The built site, which has the bundled models below `models/`. */
  readonly url: string;
  /** An empty page for the engines of others. */
  readonly blankPage: string;
  /** Script that makes a page a contender. */
  scriptOf(kind: ContenderKind): string;
  /** Installed packages of the peers. */
  readonly packagesUrl: string;
  /** Folder of models given to the bench; null without one. */
  readonly givenModelsUrl: string | null;
  close(): Promise<void>;
}

export const contenderKinds = ['antiphon', 'transformers', 'wllama'] as const;
export type ContenderKind = (typeof contenderKinds)[number];

/** Builds the pages' scripts: little files, because engines are loaded as they are published. */
async function buildScripts(outDir: string): Promise<void> {
  const pages = join(peersFolder, 'pages');
  await build({
    root: pages,
    configFile: false,
    logLevel: 'error',
    base: './',
    worker: { format: 'es' },
    build: {
      outDir,
      target: 'es2023',
      rolldownOptions: {
        input: [...contenderKinds.map((kind) => join(pages, `${kind}.ts`)), join(pages, 'blank.html')],
        output: { entryFileNames: '[name].js' },
      },
    },
  });
}

/** @param modelsUrl folder of models on another server, which the pages reach through this one */
export async function serveContenders(modelsUrl: URL | null): Promise<ContenderSite> {
  const scriptsFolder = mkdtempSync(join(tmpdir(), 'antiphon-contenders-'));
  const closers: (() => Promise<void>)[] = [
    async () => rmSync(scriptsFolder, { recursive: true, force: true }),
  ];
  const close = async (): Promise<void> => {
    for (const each of closers.toReversed()) await each();
  };
  try {
    await buildScripts(scriptsFolder);
    const proxied: ProxiedPath[] = [];
    const mount = async (path: string, folder: string): Promise<void> => {
      const server = await serveFolder({ folder });
      closers.push(() => server.close());
      proxied.push({ path, target: new URL(server.url) });
    };
    await mount('/contenders/', scriptsFolder);
    if (peersInstalled()) await mount('/peers/', peerModulesFolder);
    if (modelsUrl) proxied.push({ path: '/given-models/', target: modelsUrl });
    const { url, close: closeSite } = await serveFolder({ folder: siteFolder, proxied });
    closers.push(closeSite);
    return {
      url,
      blankPage: `${url}contenders/blank.html`,
      scriptOf: (kind) => `${url}contenders/${kind}.js`,
      packagesUrl: `${url}peers/`,
      givenModelsUrl: modelsUrl ? `${url}given-models/` : null,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
