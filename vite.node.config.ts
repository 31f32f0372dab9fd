import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { thirdPartyLicenses } from './scripts/third-party-licenses.ts';
import { transformersParts } from './scripts/transformers-parts.ts';
import { engineBuild } from './vite.config.ts';

const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const conditions = ['onnxruntime-web-use-extern-wasm', 'node', 'import', 'module', 'default'];

/** What onnxruntime-web's code says, and what it is to say. */
const threadRepairs: readonly (readonly [before: string, after: string])[] = [
  ['typeof location>"u"?void 0:location.origin', '"null"'],
  ['import.meta.url>"file:"&&import.meta.url<"file;"', 'false'],
];

/**
 * With several threads onnxruntime-web imports its glue code through a `blob:` address unless the code's origin is the
 * page's; Node.js imports no such address. Here both origins are those of files, "null".
 */
function threadsInNode(): Plugin {
  return {
    name: 'threads-in-node',
    transform: {
      filter: { id: /onnxruntime-web[\\/]dist[\\/][^\\/]+\.mjs$/ },
      handler(code) {
        let repaired = code;
        for (const [before, after] of threadRepairs) {
          if (!repaired.includes(before)) {
            this.error(`onnxruntime-web no longer says ${before}: look anew at how it imports its glue code`);
          }
          repaired = repaired.replaceAll(before, after);
        }
        return repaired;
      },
    },
  };
}

/**
 * The engine for Node.js: a program's side, and the process that it starts. ONNX Runtime's files are those of the
 * library beside it (vite.lib.config.ts).
 */
export default defineConfig({
  plugins: [thirdPartyLicenses(), threadsInNode(), transformersParts()],
  resolve: { conditions },
  ssr: {
    noExternal: true,
    // Optional, and 100 MB of native code.
    external: ['webgpu'],
    target: 'node',
    resolve: { conditions },
  },
  publicDir: false,
  build: {
    ...engineBuild,
    ssr: true,
    outDir: 'dist/lib/node',
    emptyOutDir: true,
    minify: false,
    rolldownOptions: {
      input: {
        'antiphon-node': source('src/antiphon-node.ts'),
        'engine.process': source('workers/engine.process.ts'),
        antiphon: source('scripts/antiphon.ts'),
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        banner: ({ name }) => (name === 'antiphon' ? '#!/usr/bin/env node' : ''),
      },
    },
  },
});
