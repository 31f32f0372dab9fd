import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const packageFolder = /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+(?=[/\\])/;

/** Of packages that bring none, one file each. */
const textsFolder = fileURLToPath(new URL('license-texts/', import.meta.url));

/**
 * Writes third-party-licenses.md: the whole license of each package in the bundle. Used for a build and for its
 * workers, which are built first, it lists both in one file; Vite's own list leaves workers out.
 */
export function thirdPartyLicenses(): Plugin {
  const folders = new Set<string>();
  return {
    name: 'third-party-licenses',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        for (const id of file.type === 'chunk' ? file.moduleIds : []) {
          const folder = packageFolder.exec(id.replace('\0', ''))?.[0];
          if (folder !== undefined) folders.add(folder);
        }
      }
      if (this.environment.config.isWorker) return;
      const source = [...folders].map(sectionOf).sort().join('\n');
      this.emitFile({ type: 'asset', fileName: 'third-party-licenses.md', source });
    },
  };
}

/** @throws Error where the package has no license text: its name alone does not do what most licenses ask for */
function sectionOf(folder: string): string {
  const { name, version, license }: { name: string; version: string; license: string } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const own = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const ours = `${name.replace('/', '+')}@${version}.txt`;
  if (own.length === 0 && !existsSync(join(textsFolder, ours))) {
    throw new Error(
      `${name} ${version} brings no license text: write it to scripts/license-texts/${ours}, with the notices of what it contains`,
    );
  }
  const files = own.length > 0 ? own.map((file) => join(folder, file)) : [join(textsFolder, ours)];
  const text = files.map((file) => readFileSync(file, 'utf8').trim()).join('\n\n');
  return `## ${name} - ${version} (${license})\n\n${text}\n`;
}
