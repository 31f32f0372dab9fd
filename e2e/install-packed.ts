import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { projectFolder } from '../scripts/build.ts';

/** Made once for all tests of a process: packing compresses two binaries of ONNX Runtime. */
let packed: string | undefined;

/** @returns the archive that npm packs of the built library */
function packedLibrary(): string {
  if (packed === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'antiphon-packed-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    // The library is built: packing must not build it again.
    const pack = ['pack', '--ignore-scripts', '--pack-destination', folder];
    execFileSync('npm', pack, { cwd: projectFolder, stdio: 'ignore', shell: process.platform === 'win32' });
    packed = join(folder, readdirSync(folder)[0]);
  }
  return packed;
}

/**
 * Installs the packed library in a folder as npm does, without the network: its package unpacked in node_modules.
 * It depends on no other.
 * @param others packages that the program needs besides, linked from this project
 * @returns name of the archive that npm packed
 */
export function installPacked(folder: string, others: readonly string[] = []): string {
  const packages = join(folder, 'node_modules');
  mkdirSync(packages);
  const archive = packedLibrary();
  execFileSync('tar', ['-xzf', archive, '-C', packages]);
  renameSync(join(packages, 'package'), join(packages, 'antiphon'));
  for (const other of others) {
    const target = join(packages, other);
    mkdirSync(join(target, '..'), { recursive: true });
    symlinkSync(join(projectFolder, 'node_modules', other), target, 'junction');
  }
  return basename(archive);
}
