import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { projectFolder } from '../../scripts/build.ts';
import { serveFolder } from '../../scripts/static-server.ts';
import { engineConfig } from '../../vite.config.ts';

const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface SoakSite {
  readonly url: string;
  /** The probe for processes of Node.js, as one module. */
  readonly probePath: string;
  /** Gone with the site. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Builds and serves the page whose engines are soaked, with the bundled models and one that has a chat template. */
export async function openSoakSite(): Promise<SoakSite> {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-soak-'));
  const site = join(folder, 'site');
  await build({
    ...engineConfig,
    configFile: false,
    root: source('.'),
    base: './',
    logLevel: 'warn',
    publicDir: join(projectFolder, 'public'),
    build: {
      outDir: site,
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: { page: source('page.html'), 'soak-worker': source('soak-worker.ts') },
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  const probe = join(folder, 'probe');
  await build({
    configFile: false,
    root: source('.'),
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: source('node-probe.ts'),
      outDir: probe,
      emptyOutDir: true,
      rolldownOptions: { output: { entryFileNames: 'probe.mjs' } },
    },
  });
  cpSync(join(site, 'models', 'story-draft'), join(site, 'chatty'), { recursive: true });
  writeFileSync(
    join(site, 'chatty', 'chat_template.jinja'),
    "{{ messages | map(attribute='content') | join(' ') }} ",
  );
  const server = await serveFolder({ folder: site, isolated: false });
  return {
    url: server.url,
    probePath: join(probe, 'probe.mjs'),
    folder,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
