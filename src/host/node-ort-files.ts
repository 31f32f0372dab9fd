import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { OrtBuild, OrtBuildFiles } from './host.ts';

/** False where this runs from its source, as under Vitest. */
export const isBundled = !import.meta.url.endsWith('.ts');

/** In the package they lie beside those of the browser's engine. */
export function nodeOrtFiles(build: OrtBuild): OrtBuildFiles {
  const infix = build === 'plain' ? '' : `.${build}`;
  const address = (ending: string): string => {
    const name = `ort-wasm-simd-threaded${infix}.${ending}`;
    if (isBundled) return new URL(`../${name}`, import.meta.url).href;
    return pathToFileURL(createRequire(import.meta.url).resolve(`onnxruntime-web/${name}`)).href;
  };
  return { mjs: address('mjs'), wasm: address('wasm') };
}
