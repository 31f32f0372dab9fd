import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectFolder } from '../../scripts/build.ts';
import { peersFolder } from './peer-packages.ts';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly link?: boolean }>>;
}

const lockIn = (folder: string): Lock => JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));

test('no lockfile names the registry that it was made with', () => {
  for (const folder of [projectFolder, peersFolder]) {
    const hosts = Object.values(lockIn(folder).packages).flatMap(({ resolved }) => resolved ?? []);
    expect(hosts.filter((resolved) => resolved.includes(':'))).toEqual([]);
  }
});

test('the peers are packages of the bench alone', () => {
  const peers = ['node_modules/@huggingface/transformers', 'node_modules/@wllama/wllama'];
  expect(Object.keys(lockIn(peersFolder).packages)).toEqual(expect.arrayContaining(peers));
  expect(Object.keys(lockIn(projectFolder).packages)).not.toEqual(expect.arrayContaining([peers[0]]));
  expect(Object.keys(lockIn(projectFolder).packages)).not.toEqual(expect.arrayContaining([peers[1]]));
});

test('packages that they need in Node only, and that fetch binaries, are left out', () => {
  for (const name of ['onnxruntime-node', 'sharp']) {
    expect(lockIn(peersFolder).packages[`node_modules/${name}`]).toEqual({ resolved: 'absent', link: true });
  }
});
