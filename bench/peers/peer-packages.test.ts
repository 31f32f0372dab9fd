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

test('the peers are packages of the bench, which the project does without or has a version of its own of', () => {
  const transformers = 'node_modules/@huggingface/transformers';
  const wllama = 'node_modules/@wllama/wllama';
  expect(Object.keys(lockIn(peersFolder).packages)).toEqual(expect.arrayContaining([transformers, wllama]));
  expect(Object.keys(lockIn(projectFolder).packages)).not.toContain(wllama);
});

test('packages that transformers.js needs in Node only, and that fetch binaries, are left out', () => {
  for (const [folder, resolved] of [
    [peersFolder, 'absent'],
    [projectFolder, 'bench/peers/absent'],
  ] as const) {
    for (const name of ['onnxruntime-node', 'sharp']) {
      const places = Object.entries(lockIn(folder).packages).filter(([path]) =>
        path.endsWith(`node_modules/${name}`),
      );
      expect(places).toEqual([[`node_modules/${name}`, { resolved, link: true }]]);
    }
  }
});
