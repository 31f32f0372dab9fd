import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, Package } from '@arethetypeswrong/core';
import { problemAffectsResolutionKind } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { projectFolder, reportFolder } from './build.ts';
import { type Check, check, filesUnder } from './bundle-checks.ts';

/** Looks at the package as npm would publish it. The library must be built. */
export async function checkPublished(): Promise<readonly Check[]> {
  const manifest: { name: string; version: string; files: string[] } = JSON.parse(
    readFileSync(join(projectFolder, 'package.json'), 'utf8'),
  );
  const files = ['package.json', 'LICENSE', ...manifest.files.flatMap(filesIn)].map((name) => ({
    name,
    data: readFileSync(join(projectFolder, name)),
  }));
  const { messages } = await publint({
    pkgDir: manifest.name,
    strict: true,
    pack: { files: files.map(({ name, data }) => ({ name: `${manifest.name}/${name}`, data })) },
  });
  const analysis = await checkPackage(
    new Package(
      Object.fromEntries(files.map(({ name, data }) => [`/node_modules/${manifest.name}/${name}`, data])),
      manifest.name,
      manifest.version,
    ),
  );
  // The package consists of ES modules: CommonJS, and TypeScript's oldest way of resolving, cannot import it.
  const problems = analysis.types
    ? analysis.problems.filter((problem) =>
        (['node16-esm', 'bundler'] as const).some((kind) =>
          problemAffectsResolutionKind(problem, kind, analysis),
        ),
      )
    : [{ kind: 'Untyped' }];
  return [
    reviewedReports(),
    check(
      'publint finds no fault with the package',
      messages.length === 0,
      messages.map((message) => formatMessage(message, manifest) ?? message.code),
    ),
    check(
      'attw finds no fault with its types',
      problems.length === 0,
      problems.map((problem) => JSON.stringify(problem)),
    ),
  ];
}

function reviewedReports(): Check {
  const folder = join(projectFolder, 'api');
  const read = (path: string): string | null =>
    statSync(path, { throwIfNoEntry: false }) ? readFileSync(path, 'utf8') : null;
  const names = new Set([...readdirSync(folder), ...readdirSync(reportFolder)]);
  const changed = [...names].filter((name) => read(join(folder, name)) !== read(join(reportFolder, name)));
  return check(
    'the package exports what the reports in api/ say; after a change, run `npm run api` and review them',
    changed.length === 0,
    changed,
  );
}

/** The files of a folder, by their paths in the project. */
const filesIn = (folder: string): string[] =>
  filesUnder(join(projectFolder, folder)).map((path) => `${folder}/${path}`);
