import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
} from '@microsoft/api-extractor';

/*
 * `npm run api` brings the reports in api/ up to date. They say what the package's entries export, and are reviewed
 * like code: a change of the public interface shows in them, and in nothing else does it show as a whole.
 */

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

interface Entry {
  /** Of the report, and of the declarations in the library's folder. */
  readonly name: string;
  readonly types: string;
  /** Its declarations as the compiler emits them. */
  readonly emitted: string;
}

const entries: readonly Entry[] = [
  { name: 'antiphon', types: 'antiphon.d.ts', emitted: 'antiphon.d.ts' },
  { name: 'antiphon-node', types: 'node/antiphon-node.d.ts', emitted: 'antiphon-node.d.ts' },
  { name: 'player', types: 'player.d.ts', emitted: 'player/player-api.d.ts' },
];

/** Writes each entry's declarations as one file into the library's folder, and the reports into another. */
export function emitLibraryTypes(libraryFolder: string, reportFolder: string): void {
  const separate = mkdtempSync(join(tmpdir(), 'antiphon-types-'));
  try {
    compileTo(separate);
    rollUp(separate, libraryFolder, reportFolder);
  } finally {
    rmSync(separate, { recursive: true });
  }
}

const importedFile = /((?:from|import)\s*\(?\s*['"])(\.{1,2}\/[^'"]+)\.ts(['"])/g;

/** Copies the declarations that the entries reach, and no others. `./file.ts` becomes `./file.js` in them. */
function compileTo(folder: string): void {
  const compiler = createRequire(import.meta.url).resolve('@typescript/native/package.json');
  const projects = ['tsconfig.engine.json', 'player/tsconfig.json', 'node/tsconfig.json'];
  execFileSync(
    process.execPath,
    [
      join(dirname(compiler), 'bin', 'tsc'),
      '-b',
      ...projects.map((project) => join(projectFolder, 'src', project)),
    ],
    { stdio: ['ignore', 2, 2] },
  );
  const compiled = join(projectFolder, '.tsbuild', 'src');
  const waiting = entries.map(({ emitted }) => join(compiled, emitted));
  for (const file of waiting) {
    const text = readFileSync(file, 'utf8');
    for (const match of text.matchAll(importedFile)) {
      const imported = join(dirname(file), `${match[2]}.d.ts`);
      if (!waiting.includes(imported)) waiting.push(imported);
    }
    const target = join(folder, relative(compiled, file));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text.replace(importedFile, '$1$2.js$3'));
  }
}

/** @throws Error naming every type that an entry uses and does not export */
function rollUp(separate: string, libraryFolder: string, reportFolder: string): void {
  const sources = entries.map(({ emitted }) => join(separate, emitted));
  const configs = entries.map(({ name, types }, index) =>
    ExtractorConfig.prepare({
      packageJsonFullPath: join(projectFolder, 'package.json'),
      configObjectFullPath: undefined,
      configObject: {
        projectFolder: separate,
        mainEntryPointFilePath: sources[index],
        newlineKind: 'lf',
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              target: 'es2023',
              module: 'esnext',
              moduleResolution: 'bundler',
              lib: ['es2023', 'dom', 'dom.asynciterable'],
              types: [],
              strict: true,
            },
            files: sources,
          },
        },
        apiReport: {
          enabled: true,
          reportFileName: `${name}.api.md`,
          reportFolder,
          reportTempFolder: join(separate, 'reports'),
        },
        docModel: { enabled: false },
        tsdocMetadata: { enabled: false },
        dtsRollup: { enabled: true, untrimmedFilePath: join(libraryFolder, types) },
        messages: {
          extractorMessageReporting: {
            'ae-forgotten-export': { logLevel: ExtractorLogLevel.Error },
            'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
            'ae-undocumented': { logLevel: ExtractorLogLevel.None },
          },
          // Docstrings here are Markdown.
          tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        },
      },
    }),
  );
  mkdirSync(reportFolder, { recursive: true });
  const compilerState = CompilerState.create(configs[0], { additionalEntryPoints: sources.slice(1) });
  const errors: string[] = [];
  const messageCallback = (message: ExtractorMessage): void => {
    message.handled = true;
    if (message.logLevel === ExtractorLogLevel.Error) errors.push(message.text);
  };
  for (const [index, config] of configs.entries()) {
    Extractor.invoke(config, { compilerState, localBuild: true, messageCallback });
    appendFileSync(
      join(libraryFolder, entries[index].types),
      globalsOf(readFileSync(sources[index], 'utf8')),
    );
  }
  if (errors.length > 0) throw new Error(`the package's types are not complete: ${errors.join('; ')}`);
}

/** What an entry adds to the types of the page, which the roll-up leaves out. */
const globalsOf = (declarations: string): string =>
  /^declare global \{$.*?^\}$/ms.exec(declarations)?.[0].concat('\n') ?? '';

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const scratch = mkdtempSync(join(tmpdir(), 'antiphon-library-'));
  emitLibraryTypes(scratch, join(projectFolder, 'api'));
  rmSync(scratch, { recursive: true });
}
