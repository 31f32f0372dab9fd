import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig, type UserConfig } from 'vite';
import { isolationHeaders } from './scripts/isolation-headers.ts';
import { pageShell, sitePages } from './scripts/page-shell.ts';
import { recordingScript } from './scripts/recording-script.ts';
import { thirdPartyLicenses } from './scripts/third-party-licenses.ts';
import { transformersParts } from './scripts/transformers-parts.ts';

/**
 * Picks the onnxruntime-web entry without embedded glue code. The embedded one starts its threads from its own URL,
 * which after bundling is the engine's worker: every thread would start a second engine.
 */
export const engineConditions = ['onnxruntime-web-use-extern-wasm'];

const licenses = thirdPartyLicenses();

/** What every build and server that touches the engine needs: site, library, dev server, browser tests. */
export const engineConfig = {
  resolve: {
    conditions: [...engineConditions, ...defaultClientConditions],
  },
  optimizeDeps: {
    // Pre-bundling would move ONNX Runtime away from the files that it refers to relative to itself, and take all of
    // transformers.js.
    exclude: ['onnxruntime-web', '@huggingface/transformers'],
    include: ['@huggingface/transformers > @huggingface/tokenizers'],
  },
  plugins: [licenses, transformersParts()],
  worker: { format: 'es', plugins: () => [licenses, transformersParts()] },
} satisfies UserConfig;

/** Settings of both builds. Nothing is inlined as base64: a 27 MB wasm file must stream. */
export const engineBuild = {
  target: 'es2023',
  assetsInlineLimit: 0,
  chunkSizeWarningLimit: 1000,
} satisfies UserConfig['build'];

/** The static site; also the dev server and its preview. */
export default defineConfig({
  ...engineConfig,
  plugins: [...engineConfig.plugins, recordingScript(), pageShell()],
  // Relative addresses: the site works under any path.
  base: './',
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
  build: {
    ...engineBuild,
    outDir: 'dist/site',
    emptyOutDir: true,
    rolldownOptions: {
      input: sitePages.map((name) => fileURLToPath(new URL(name, import.meta.url))),
    },
  },
});
