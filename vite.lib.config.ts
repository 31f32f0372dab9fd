import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { engineBuild, engineConfig } from './vite.config.ts';

const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * Keeps the library's addresses in the one form that bundlers understand, `new URL('./file', import.meta.url)`.
 * The worker is an entry of this build, so the source's address of it becomes that of the entry, and a program
 * that imports the library builds the worker itself.
 */
function portableUrls(): Plugin {
  const workerUrl = /new URL\(\s*'[./]+\/workers\/engine\.worker\.ts',\s*import\.meta\.url,?\s*\)/g;
  return {
    name: 'portable-urls',
    enforce: 'pre',
    transform: {
      filter: { code: workerUrl },
      // The comment keeps Vite from emitting a second copy of the worker; it is taken out again below.
      handler: (code) =>
        code.replace(workerUrl, "new URL(/* @vite-ignore */ './engine.worker.js', import.meta.url)"),
    },
    renderChunk: (code) =>
      code
        .replace(/\/\*\s*@vite-ignore\s*\*\/\s*/g, '')
        // onnxruntime-web's name for itself on file: pages. There is no such file beside the library, and some
        // bundlers refuse to build what refers to a missing one.
        .replace(/new URL\(\s*"ort\.[\w.]+\.mjs",\s*import\.meta\.url\s*\)/g, 'new URL(import.meta.url)'),
  };
}

/**
 * Leaves dynamic imports to the program that builds the library. Vite wraps them in a helper that preloads what they
 * need; a program built with Vite then has two helpers of one name, which is an error.
 */
function plainImports(): Plugin {
  return {
    name: 'plain-imports',
    enforce: 'pre',
    load: {
      filter: { id: /vite\/preload-helper\.js$/ },
      handler: () => 'export const __vitePreload = (importChunk) => importChunk();',
    },
    renderChunk: (code) => code.replaceAll('__vitePreload', 'withoutPreload'),
  };
}

/**
 * The library: ES modules with the worker, the wasm file and its glue code beside them. Not Vite's library mode,
 * which inlines every asset as base64.
 */
export default defineConfig({
  ...engineConfig,
  base: './',
  publicDir: false,
  plugins: [...engineConfig.plugins, portableUrls(), plainImports()],
  build: {
    ...engineBuild,
    outDir: 'dist/lib',
    emptyOutDir: true,
    minify: false,
    modulePreload: false,
    rolldownOptions: {
      input: {
        antiphon: source('src/antiphon.ts'),
        player: source('src/player/antiphon-player.ts'),
        'engine.worker': source('workers/engine.worker.ts'),
      },
      preserveEntrySignatures: 'strict',
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
      },
    },
  },
});
