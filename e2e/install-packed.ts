import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../scripts/build.ts';

/**
 * Installs the packed library in a folder as npm does, without the network: its package unpacked in node_modules,
 * what it depends on linked from this project.
 * @param others packages that the program needs besides, linked too
 * @returns name of the archive that npm packed
 */
export function installPacked(folder: string, others: readonly string[] = []): string {
  const packages = join(folder, 'node_modules');
  mkdirSync(packages);
  // The library is built: packing must not build it again.
  const pack = ['pack', '--ignore-scripts', '--pack-destination', folder];
  execFileSync('npm', pack, { cwd: projectFolder, stdio: 'ignore', shell: process.platform === 'win32' });
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  execFileSync('tar', ['-xzf', archive, '-C', 'node_modules'], { cwd: folder });
  renameSync(join(packages, 'package'), join(packages, 'antiphon'));
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(packages, 'antiphon', 'package.json'), 'utf8'),
  );
  for (const dependency of [...Object.keys(dependencies), ...others]) {
    const target = join(packages, dependency);
    mkdirSync(join(target, '..'), { recursive: true });
    symlinkSync(join(projectFolder, 'node_modules', dependency), target, 'junction');
  }
  return archive;
}
