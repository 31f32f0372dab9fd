/*
 * Which file may import which. `npm run test:lint` checks it; `npm run graph` draws what there is.
 * Tests (*.test.ts, *.test-d.ts, testing/) may import everything, but not in a circle.
 */

const tests = '\\.test(-d)?\\.ts$|/testing/';

/** A folder imports only from folders before it, so no stage ever sees the loop, the port or the page. */
const folders = [
  'errors',
  'random',
  'concurrency',
  'tokens',
  'prompt',
  'host',
  'gpu',
  'models',
  'sample',
  'combine',
  'verify',
  'round',
  'decode',
  'engine',
  'speed',
  'measure',
  'trace',
  'pilot',
  'rpc',
  'openai',
  'node',
  'ui',
  'player',
];

/** First the contracts, which every room builds on; last what builds on every room. */
const roomsOfModels = [
  '(causal-model|forward-costs)\\.ts',
  'onnx/',
  'files/',
  'costs/',
  'ort/',
  'answers/',
  'cache/',
  'session/',
  '(sequence-pool|prefill)\\.ts',
];

const roomsOfUi = [
  'kit/',
  'models/',
  'form/',
  'story/',
  'numbers/',
  'rhythm/',
  'replay/',
  'race/',
  'pilot/',
  'composer/',
  'page/',
  'chat/',
  'see/',
  'measure/',
];

/** Rooms of `ui` that are pages of their own too, or are embedded in one: what they may import of it. */
const smallPages = {
  'ui/race': ['story', 'numbers', 'models', 'kit'],
  // The timeline of a recording.
  'ui/replay': ['story', 'numbers', 'models', 'kit', 'rhythm'],
  // The timeline of a run, fetched when it is first shown.
  player: ['story', 'numbers', 'models', 'kit', 'rhythm'],
};

/** Packages that become part of the site and the library. */
const bundledPackages = [
  '@bufbuild/protobuf',
  '@huggingface/hub',
  '@huggingface/transformers',
  '@noble/hashes',
  '@observablehq/plot',
  'comlink',
  'env-paths',
  'idb-keyval',
  'lit',
  'onnxruntime-web',
  'proper-lockfile',
  'uplot',
  'valibot',
  // Not bundled: the reader installs it where a GPU is wanted in Node.js, and it is imported only then.
  'webgpu',
];

/** One rule a stage: it imports nothing of the stages behind it. Everything in `base` is of one stage. */
function inOrder(what, base, stages) {
  const stage = (...names) => `^${base}(${names.join('|')})`;
  return [
    ...stages.slice(0, -1).map((name, index) => ({
      name: `${what}-order`,
      comment:
        `The order is ${stages.join(' < ').replaceAll('\\', '')}, and a file imports only from its own ` +
        'place and from those before it. Move what both need to the earlier place, or pass it in as an argument.',
      severity: 'error',
      from: { path: stage(name), pathNot: tests },
      to: { path: stage(...stages.slice(index + 1)) },
    })),
    {
      name: `${what}-place`,
      comment: `The file has no place in the order of ${base}. Add its folder to the list in .dependency-cruiser.mjs.`,
      severity: 'error',
      from: { path: `^${base}.+\\.ts$`, pathNot: [stage(...stages), tests] },
      to: {},
    },
  ];
}

/** The package's entries. */
const entries = 'antiphon.*\\.ts';

export default {
  forbidden: [
    {
      name: 'no-circular',
      comment:
        'Files that import each other are one thing, or miss a third file: move what both need, types too, there.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...inOrder('folder', 'src/', [...folders.map((folder) => `${folder}/`), entries]),
    ...inOrder('models', 'src/models/', roomsOfModels),
    ...inOrder('ui', 'src/ui/', roomsOfUi),
    ...Object.entries(smallPages).map(([page, rooms]) => ({
      name: `small-page-${page.replace('ui/', '')}`,
      comment: `src/${page} is loaded without the rest of the page: of src/ui it imports only ${rooms.join(', ')}. Move what it needs there.`,
      severity: 'error',
      from: { path: `^src/${page}/`, pathNot: tests },
      to: { path: '^src/ui/', pathNot: `^src/(${page}|ui/(${rooms.join('|')}))/` },
    })),
    {
      name: 'one-runtime',
      comment: 'Only src/models/ort knows ONNX Runtime. Import what you need from there, or add it there.',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: ['^src/models/ort/', tests] },
      // The addresses of its files are for each host to say.
      to: { path: 'onnxruntime-web', pathNot: '\\?url$' },
    },
    {
      name: 'no-elements-in-the-engine',
      comment: 'The engine runs in a worker and in Node.js, without a DOM: Lit is for src/ui and src/player.',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: ['^src/(ui|player)/', tests] },
      to: { path: '(^|/)lit(-html|-element)?/' },
    },
    {
      name: 'bundled-packages',
      comment:
        'What src imports is bundled and shipped. Is the package worth its size, and does its licence allow it? Then add it to bundledPackages in .dependency-cruiser.mjs.',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: tests },
      to: { path: 'node_modules/', pathNot: `node_modules/(${bundledPackages.join('|')})/` },
    },
    {
      name: 'no-tools-in-the-product',
      comment: 'What is shipped imports neither tests nor scripts. Move what it needs into src.',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: tests },
      to: { path: [tests, '^(scripts|bench|e2e|conformance)/'] },
    },
    {
      name: 'resolvable',
      comment: 'Nothing is found there. Correct the path, or install the package.',
      severity: 'error',
      from: {},
      // An address of a file, which Vite resolves.
      to: { couldNotResolve: true, pathNot: '\\?url$' },
    },
  ],
  options: {
    // TypeScript 7 has no API to parse with.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'default'],
    },
  },
};
