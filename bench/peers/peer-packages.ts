import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../scripts/build.ts';

/*
 * The peers are a package of their own, with a lockfile of its own: `npm ci` of the project does not fetch them, and
 * no build of the project can reach them.
 */

export const peersFolder = join(projectFolder, 'bench', 'peers');
export const peerModulesFolder = join(peersFolder, 'node_modules');

export const howToInstallPeers = 'npm ci --prefix bench/peers';

export type PeerPackage = '@huggingface/transformers' | '@wllama/wllama';

/** Version of an installed peer; null where it is not installed. */
export function peerVersion(name: PeerPackage): string | null {
  const manifest = join(peerModulesFolder, name, 'package.json');
  if (!existsSync(manifest)) return null;
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
  return version;
}

export const peersInstalled = (): boolean =>
  peerVersion('@huggingface/transformers') !== null && peerVersion('@wllama/wllama') !== null;
