import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CATALOGUE_FILE, readCatalogue } from '../src/models/files/catalogue.ts';
import { defaultTeam } from '../src/ui/models/default-models.ts';
import { libraryFolder, projectFolder, siteFolder } from './build.ts';
import { sitePages } from './page-shell.ts';

/** One statement about the builds. */
export interface Check {
  readonly title: string;
  readonly holds: boolean;
  /** What was looked at, to be told where the statement does not hold. */
  readonly seen: string;
}

export function check(title: string, holds: boolean, seen: readonly string[]): Check {
  return { title, holds, seen: seen.join(', ') || 'nothing' };
}

/** A message of onnxruntime-web that stands once in each copy of its code, minified or not. */
const runtimeMessage = 'env.wasm.numThreads is set to ';

export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}

/** Hosts of other people's files, which transformers.js names for those of ONNX Runtime. */
const publicHosts = ['jsdelivr.net', 'unpkg.com', 'esm.sh', 'cdnjs.cloudflare.com'];

/** ONNX Runtime's builds, by their files' names. A page fetches one (e2e/terminal-page.spec.ts). */
const runtimeBuilds = {
  'with JSPI': /ort-wasm-simd-threaded\.jspi/,
  'without JSPI': /ort-wasm-simd-threaded(-[^.]*)?\.(mjs|wasm)$/,
  'without JSPI, on WebGPU': /ort-wasm-simd-threaded\.asyncify/,
} as const;

/** What of the library is for Node.js lies in a folder of its own. */
const isForNode = (path: string): boolean => path.startsWith('node/');

/** Two runtimes in a page would be two downloads, two memories, and two queues that know nothing of each other. */
function runtimeChecks(build: string, folder: string): Check[] {
  const files = filesUnder(folder);
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const wasm = files.filter((path) => path.endsWith('.wasm'));
  const glue = files.filter((path) => /ort-wasm[^/]*\.mjs$/.test(path));
  const oneOfEachBuild = (paths: readonly string[]): boolean =>
    paths.length === Object.keys(runtimeBuilds).length &&
    Object.values(runtimeBuilds).every((name) => paths.some((path) => name.test(path)));
  const scripts = files.filter((path) => path.endsWith('.js'));
  const copiesIn = (paths: readonly string[]): string[] =>
    paths.flatMap((path) =>
      read(path)
        .split(runtimeMessage)
        .slice(1)
        .map(() => path),
    );
  const copies = copiesIn(scripts.filter((path) => !isForNode(path)));
  const nodeScripts = scripts.filter(isForNode);
  const nodeCopies = copiesIn(nodeScripts);
  const naming = [...scripts, ...glue].filter((path) =>
    publicHosts.some((host) => read(path).includes(host)),
  );
  // "AGFzb" is "\0asm", with which every wasm file begins, in base64.
  const inlined = [...scripts, ...glue].filter((path) => read(path).includes('AGFzb'));
  return [
    check(
      `the ${build} holds one wasm file for browsers with JSPI, two for others`,
      oneOfEachBuild(wasm),
      wasm,
    ),
    check(`the ${build} holds one glue file for each of them`, oneOfEachBuild(glue), glue),
    check(`the ${build} holds exactly one copy of onnxruntime-web for pages`, copies.length === 1, copies),
    ...(nodeScripts.length > 0
      ? [check(`the ${build} holds exactly one for Node.js`, nodeCopies.length === 1, nodeCopies)]
      : []),
    check(`the ${build} has no wasm inside its scripts`, inlined.length === 0, inlined),
    check(`the ${build} names no public host of scripts`, naming.length === 0, naming),
  ];
}

function installedRuntimes(): Check {
  const lock: { packages: Record<string, { version: string }> } = JSON.parse(
    readFileSync(join(projectFolder, 'package-lock.json'), 'utf8'),
  );
  const versions = Object.entries(lock.packages)
    .filter(([path]) => path.endsWith('node_modules/onnxruntime-web'))
    .map(([path, { version }]) => `${path} ${version}`);
  return check('one version of onnxruntime-web is installed', versions.length === 1, versions);
}

/** A site with addresses from the root works at the root only. */
function relativeAddresses(): Check {
  const absolute = sitePages.flatMap((page) =>
    [...readFileSync(join(siteFolder, page), 'utf8').matchAll(/(?:src|href)="\/[^"]*"/g)].map(
      ([address]) => `${page}: ${address}`,
    ),
  );
  return check("the site's pages have relative addresses only", absolute.length === 0, absolute);
}

/** A bundler may leave out modules that have no side effects: an element would never be defined. */
function elementModules(): Check {
  const { sideEffects }: { sideEffects: readonly string[] } = JSON.parse(
    readFileSync(join(projectFolder, 'package.json'), 'utf8'),
  );
  const unlisted = filesUnder(libraryFolder).filter(
    (path) =>
      path.endsWith('.js') &&
      !isForNode(path) &&
      readFileSync(join(libraryFolder, path), 'utf8').includes('customElements.define') &&
      !sideEffects.includes(`./dist/lib/${path}`),
  );
  return check(
    "package.json's sideEffects name all modules that define elements",
    unlisted.length === 0,
    unlisted,
  );
}

/**
 * A page without a bundler loads the modules as they are: it knows no packages by name. Those for Node.js know its own.
 * Types are complete too, so a program installs nothing besides.
 */
function libraryImports(): Check {
  const isOwn = (path: string, specifier: string): boolean =>
    specifier.startsWith('./') || (isForNode(path) && specifier.startsWith('node:'));
  const bare = filesUnder(libraryFolder)
    .filter((path) => /\.(js|d\.ts)$/.test(path))
    .flatMap((path) =>
      [
        ...readFileSync(join(libraryFolder, path), 'utf8').matchAll(
          /^(?:import|export(?! declare))\b[^'"\n]*['"]([^'"\n]+)['"];$/gm,
        ),
      ]
        .filter(([, specifier]) => !isOwn(path, specifier ?? ''))
        .map(([, specifier]) => `${path}: ${specifier}`),
    );
  return check("the library's modules and types import nothing but each other", bare.length === 0, bare);
}

/** Packages without a text of their own or bundled in part, and parts of ONNX Runtime's WebAssembly, that every build must name. */
const licensed = [
  '\n## @bufbuild/protobuf - ',
  '\n## @huggingface/tokenizers - ',
  '\n## @huggingface/transformers - ',
  '\n## onnxruntime-web - ',
  '\n## valibot - ',
  'The Dawn & Tint Authors',
];

/** Most licenses ask for their text, not for their name. */
function licenseTexts(build: string, folder: string): Check {
  const text = `\n${readFileSync(join(folder, 'third-party-licenses.md'), 'utf8')}`;
  const missing = licensed.filter((mark) => !text.includes(mark));
  const nameOnly = text
    .split(/\n## (?=\S+ - \d)/)
    .slice(1)
    .filter((section) => section.length < 500)
    .map((section) => section.split('\n')[0]);
  const wrong = [...missing, ...nameOnly];
  return check(`the ${build} has the license texts of what it contains`, wrong.length === 0, wrong);
}

function bundledModels(): Check {
  const models = filesUnder(join(projectFolder, 'public', 'models'));
  const inSite = new Set(filesUnder(join(siteFolder, 'models')));
  const inLibrary = filesUnder(libraryFolder).filter((path) => path.endsWith('.onnx'));
  const wrong = [...models.filter((path) => !inSite.has(path)), ...inLibrary];
  return check('the models go into the site and not into the library', wrong.length === 0, wrong);
}

/** Modules that a page's script imports before it runs, and those that they import. */
function waitedFor(page: string): ReadonlySet<string> {
  const script = /type="module"[^>]* src="\.\/(assets\/[^"]+\.js)"/.exec(
    readFileSync(join(siteFolder, page), 'utf8'),
  )?.[1];
  const modules = new Set<string>(script === undefined ? [] : [script]);
  for (const path of modules) {
    const text = readFileSync(join(siteFolder, path), 'utf8');
    for (const [, specifier] of text.matchAll(
      /(?:^|;|\n)\s*(?:import|export)\b[^'"`;()]*?["']\.\/([^"']+)["']/g,
    )) {
      modules.add(`assets/${specifier}`);
    }
  }
  return modules;
}

/** What the first paint waits for. */
function firstPaint(page: string): Check[] {
  const first = waitedFor(page);
  const without = (what: string, ...marks: readonly string[]): Check => {
    const found = [...first].filter((path) => {
      const text = readFileSync(join(siteFolder, path), 'utf8');
      return marks.some((mark) => text.includes(mark));
    });
    return check(
      `${page} paints before it imports ${what}`,
      first.size > 0 && found.length === 0,
      found.length > 0 ? found : [...first],
    );
  };
  return [
    without('anything of the engine', runtimeMessage, 'WebAssembly.instantiate', 'engine.worker'),
    without('the catalogue of teams', 'Search models and teams'),
  ];
}

/** Of what a visitor loads before a story of their own. */
const maxFirstStoryBytes = 15_000_000;

/** With gzip, which every server has. See asks for WebAssembly. */
function firstStory(browsers: 'with JSPI' | 'without JSPI'): Check {
  const { models } = readCatalogue(
    JSON.parse(readFileSync(join(siteFolder, 'models', CATALOGUE_FILE), 'utf8')),
    CATALOGUE_FILE,
  );
  const files = [
    'see.json',
    ...waitedFor('index.html'),
    ...filesUnder(siteFolder).filter(
      (path) => /engine\.worker[^/]*\.js$/.test(path) || runtimeBuilds[browsers].test(path),
    ),
    ...models
      .filter(({ id }) => defaultTeam.includes(id))
      .flatMap((model) => model.files.map(({ path }) => `models/${model.folder}/${path}`)),
  ];
  const bytes = files.reduce(
    (sum, path) => sum + gzipSync(readFileSync(join(siteFolder, path))).byteLength,
    0,
  );
  return check(
    `a visitor's first story loads at most ${maxFirstStoryBytes / 1e6} MB compressed in a browser ${browsers}`,
    bytes <= maxFirstStoryBytes,
    [`${(bytes / 1e6).toFixed(2)} MB`, ...files],
  );
}

/** Looks at dist/site and dist/lib, which must be built. */
export function checkBundles(): readonly Check[] {
  return [
    installedRuntimes(),
    ...runtimeChecks('site', siteFolder),
    ...runtimeChecks('library', libraryFolder),
    licenseTexts('site', siteFolder),
    licenseTexts('library', libraryFolder),
    licenseTexts('library for Node.js', join(libraryFolder, 'node')),
    relativeAddresses(),
    elementModules(),
    libraryImports(),
    ...firstPaint('index.html'),
    ...firstPaint('work.html'),
    firstStory('with JSPI'),
    firstStory('without JSPI'),
    bundledModels(),
  ];
}
