import asyncifyGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import jspiGlueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import jspiWasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';

/**
 * ONNX Runtime's two WebAssembly builds with both the CPU kernels and the native WebGPU provider. They differ in how
 * compiled code waits for the GPU: asyncify rewrites every function that may be on the stack then, which makes the
 * binary larger and the CPU kernels slower; JSPI leaves it to the browser.
 */
export type OrtBuild = 'jspi' | 'asyncify';

/** Address of a build's glue code, which fetches and starts the WebAssembly, and of the latter. */
export interface OrtBuildFiles {
  readonly mjs: string;
  readonly wasm: string;
}

const files: Readonly<Record<OrtBuild, OrtBuildFiles>> = {
  jspi: { mjs: jspiGlueUrl, wasm: jspiWasmUrl },
  asyncify: { mjs: asyncifyGlueUrl, wasm: asyncifyWasmUrl },
};

/** The faster build that this browser can run: a page downloads one of the two. */
export function bestOrtBuild(): OrtBuild {
  // Both names belong to the standard; browsers that tried its drafts out have neither, or one.
  return 'Suspending' in WebAssembly && 'promising' in WebAssembly ? 'jspi' : 'asyncify';
}

/** Absolute, because threads are workers that resolve a relative address against their own. */
export function filesOfBuild(build: OrtBuild): OrtBuildFiles {
  const absolute = (url: string) => new URL(url, self.location.href).href;
  return { mjs: absolute(files[build].mjs), wasm: absolute(files[build].wasm) };
}
