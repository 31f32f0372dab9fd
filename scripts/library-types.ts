import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

const importedFile = /((?:from|import)\s*\(?\s*['"])(\.{1,2}\/[^'"]+)\.ts(['"])/g;

/** Projects and declarations of the package's entries. */
const projects = ['tsconfig.engine.json', 'player/tsconfig.json', 'node/tsconfig.json'];
const entries = ['antiphon.d.ts', 'antiphon-node.d.ts', 'player/player-api.d.ts'];

/**
 * Writes the declarations that the library's entries reach, and no others, to `folder`. In them `./file.ts` becomes
 * `./file.js`, the form every module resolution understands.
 */
export function emitLibraryTypes(projectFolder: string, folder: string): void {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  execFileSync(
    process.execPath,
    [
      join(dirname(typescript), 'bin', 'tsc'),
      '-b',
      ...projects.map((project) => join(projectFolder, 'src', project)),
    ],
    { stdio: ['ignore', 2, 2] },
  );
  const emitted = join(projectFolder, '.tsbuild', 'src');
  const waiting = entries.map((entry) => join(emitted, entry));
  for (const file of waiting) {
    const text = readFileSync(file, 'utf8');
    for (const match of text.matchAll(importedFile)) {
      const imported = join(dirname(file), `${match[2]}.d.ts`);
      if (!waiting.includes(imported)) waiting.push(imported);
    }
    const target = join(folder, relative(emitted, file));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text.replace(importedFile, '$1$2.js$3'));
  }
}
