import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'vite';
import { projectFolder } from '../scripts/build.ts';
import { installPacked } from './install-packed.ts';

const models = join(projectFolder, 'public', 'models');

/** Without what somebody who followed its README has put there. */
function copyExample(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `antiphon-${name}-`));
  const source = join(projectFolder, 'examples', name);
  const added = ['node_modules', 'dist', 'public', 'antiphon', 'models'].map((part) => join(source, part));
  cpSync(source, folder, { recursive: true, filter: (path) => !added.includes(path) });
  return folder;
}

/** The example without a build, as its README says to set it up. @returns the folder to serve */
export function setUpPlainExample(): string {
  const folder = copyExample('plain');
  cpSync(join(projectFolder, 'dist', 'lib'), join(folder, 'antiphon'), { recursive: true });
  symlinkSync(models, join(folder, 'models'), 'junction');
  return folder;
}

/**
 * Checks the types of an example and builds it with its own settings.
 * @returns folders of the example and of what is to be served
 */
export async function buildExample(
  name: string,
  others: readonly string[],
): Promise<{ readonly folder: string; readonly built: string }> {
  const folder = copyExample(name);
  installPacked(folder, others);
  const tsc = join(
    dirname(createRequire(import.meta.url).resolve('@typescript/native/package.json')),
    'bin',
    'tsc',
  );
  execFileSync(process.execPath, [tsc, '-p', folder], { stdio: ['ignore', 2, 2] });
  await build({
    root: folder,
    configFile: join(folder, 'vite.config.ts'),
    logLevel: 'warn',
    publicDir: false,
  });
  const built = join(folder, 'dist');
  symlinkSync(models, join(built, 'models'), 'junction');
  return { folder, built };
}
