import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LogLevel } from 'vite';
import { sitePages } from './page-shell.ts';

export const projectFolder = fileURLToPath(new URL('..', import.meta.url));
export const siteFolder = join(projectFolder, 'dist', 'site');
export const libraryFolder = join(projectFolder, 'dist', 'lib');
/** What the library's entries export, as built; api/ has it as reviewed. */
export const reportFolder = join(projectFolder, 'dist', 'api');

interface Product {
  readonly name: string;
  readonly folder: string;
  /** Of its folder, and of folders inside it. */
  readonly configs: Readonly<Record<string, string>>;
  /** Files and folders that it is made of, besides what both are made of. */
  readonly sources: readonly string[];
  readonly finish?: (folder: string) => Promise<void>;
}

const site: Product = {
  name: 'site',
  folder: siteFolder,
  configs: { '.': 'vite.config.ts' },
  sources: [...sitePages, 'public'],
};

const library: Product = {
  name: 'library',
  folder: libraryFolder,
  configs: { '.': 'vite.lib.config.ts', node: 'vite.node.config.ts' },
  sources: ['vite.lib.config.ts', 'vite.node.config.ts', 'tsconfig.base.json', 'scripts/library-types.ts'],
  finish: async (folder) => {
    const { emitLibraryTypes } = await import('./library-types.ts');
    emitLibraryTypes(folder, reportFolder);
  },
};

const commonSources = [
  'src',
  'workers',
  'vite.config.ts',
  'scripts/build.ts',
  'scripts/page-shell.ts',
  'scripts/recording-script.ts',
  'scripts/third-party-licenses.ts',
  'scripts/transformers-parts.ts',
  'scripts/license-texts',
  'package-lock.json',
];

/** Digest of everything that a product is made of: equal stamps, equal builds. */
function stampOf(product: Product): string {
  const digest = createHash('sha256');
  const add = (path: string): void => {
    const full = join(projectFolder, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const entry of readdirSync(full).sort()) add(`${path}/${entry}`);
    } else if (!path.endsWith('.test.ts')) {
      digest.update(`${path}\0`).update(readFileSync(full)).update('\0');
    }
  };
  for (const path of [...commonSources, ...product.sources]) add(path);
  return digest.digest('hex');
}

function stampFile(product: Product): string {
  return join(projectFolder, 'dist', `${product.name}.stamp`);
}

function isFresh(product: Product): boolean {
  if (!existsSync(product.folder) || !existsSync(stampFile(product))) return false;
  return readFileSync(stampFile(product), 'utf8') === stampOf(product);
}

/** Builds beside the old product and swaps at the end: a failed build, or another one at the same time, harms none. */
async function make(product: Product, logLevel: LogLevel): Promise<void> {
  const stamp = stampOf(product);
  const folder = join(projectFolder, 'dist', `.${product.name}-${process.pid}`);
  // Seldom needed, and slow to load.
  const { build } = await import('vite');
  try {
    for (const [inside, config] of Object.entries(product.configs)) {
      await build({
        root: projectFolder,
        configFile: join(projectFolder, config),
        logLevel,
        build: { outDir: join(folder, inside), emptyOutDir: true },
      });
    }
    await product.finish?.(folder);
    mkdirSync(dirname(product.folder), { recursive: true });
    rmSync(product.folder, { recursive: true, force: true });
    renameSync(folder, product.folder);
    writeFileSync(stampFile(product), stamp);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds the static site unless dist/site is what the sources make. Writes to stdout only with `logLevel` info. */
export async function ensureSite(logLevel: LogLevel = 'error'): Promise<void> {
  if (!isFresh(site)) await make(site, logLevel);
}

/** Builds the library unless dist/lib is what the sources make. */
export async function ensureLibrary(logLevel: LogLevel = 'error'): Promise<void> {
  if (!isFresh(library)) await make(library, logLevel);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await make(site, 'info');
  await make(library, 'info');
}
