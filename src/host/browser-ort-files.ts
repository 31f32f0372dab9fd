import asyncifyGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import jspiGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import jspiWasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import plainGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainWasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { OrtBuild, OrtBuildFiles } from './host.ts';

const files: Readonly<Record<OrtBuild, OrtBuildFiles>> = {
  jspi: { mjs: jspiGlueUrl, wasm: jspiWasmUrl },
  asyncify: { mjs: asyncifyGlueUrl, wasm: asyncifyWasmUrl },
  plain: { mjs: plainGlueUrl, wasm: plainWasmUrl },
};

/** Absolute, because threads are workers that resolve a relative address against their own. */
export function filesOfBuild(build: OrtBuild): OrtBuildFiles {
  const absolute = (url: string) => new URL(url, self.location.href).href;
  return { mjs: absolute(files[build].mjs), wasm: absolute(files[build].wasm) };
}
