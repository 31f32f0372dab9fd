import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const packageFolder = /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+(?=[/\\])/;

/**
 * Licences of what is bundled into the worker, ONNX Runtime above all: Vite's own list covers the page's scripts
 * only.
 */
export function workerLicences(): Plugin {
  return {
    name: 'worker-licences',
    generateBundle(_options, bundle) {
      const folders = Object.values(bundle)
        .flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
        .flatMap((id) => packageFolder.exec(id)?.[0] ?? []);
      const source = [...new Set(folders)].sort().map(licenceOf).join('\n');
      this.emitFile({ type: 'asset', fileName: 'third-party-licenses-worker.md', source });
    },
  };
}

function licenceOf(folder: string): string {
  const { name, version, license }: { name: string; version: string; license: string } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licensed under ${license}.`;
  return `## ${name} ${version} (${license})\n\n${text}\n`;
}
