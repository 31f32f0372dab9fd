import glueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import * as ort from 'onnxruntime-web/webgpu';
import { SerialQueue } from '../gpu/serial-queue.ts';

/*
 * The one place that imports ONNX Runtime. One build serves both backends: it holds the CPU kernels and the
 * native WebGPU provider, so a page downloads and compiles one binary whatever the backend turns out to be.
 * There is one WebAssembly instance per thread, hence module state and one queue for all runtimes of a thread.
 */

export type OrtSession = ort.InferenceSession;
export type OrtTensor = ort.Tensor;
export type OrtValueMetadata = ort.InferenceSession.ValueMetadata;
export const OrtTensor = ort.Tensor;

/** Guards every call into ONNX Runtime and every read-back. */
export const ortQueue = new SerialQueue();

/** More threads than this gain nothing on models of browser size and take memory each. */
const maxThreads = 8;

let configured = false;

function configure(): void {
  if (configured) return;
  configured = true;
  // What goes wrong comes as an exception with the same text.
  ort.env.logLevel = 'fatal';
  ort.env.wasm.numThreads = ortThreads();
  ort.env.wasm.proxy = false;
  // Absolute, because threads are workers that resolve a relative address against their own.
  ort.env.wasm.wasmPaths = {
    mjs: new URL(glueUrl, self.location.href).href,
    wasm: new URL(wasmUrl, self.location.href).href,
  };
}

/** Threads of the WASM backend: threads share memory, which browsers allow to isolated pages only. */
export function ortThreads(): number {
  if (!self.crossOriginIsolated) return 1;
  return Math.max(1, Math.min(navigator.hardwareConcurrency, maxThreads));
}

/** Part of every key under which measurements are kept. */
export function ortVersion(): string {
  return ort.env.versions.web ?? ort.env.versions.common;
}

/**
 * Creates a session on `device`, or on the CPU where it is null; `externalFiles` are those that `onnx` refers to. To be
 * called inside `ortQueue` only.
 */
export function createOrtSession(
  onnx: Uint8Array,
  externalFiles: readonly { readonly path: string; readonly data: Uint8Array }[],
  device: GPUDevice | null,
): Promise<OrtSession> {
  configure();
  return ort.InferenceSession.create(onnx, {
    // `env.webgpu.device` is ignored by this build: the device goes with the provider, for every session.
    executionProviders: device ? [{ name: 'webgpu', device }] : ['wasm'],
    // 4: fatal only. `env.logLevel` does not reach sessions, and every WebGPU session warns of the shape
    // operators it places on the CPU.
    logSeverityLevel: 4,
    externalData: externalFiles,
  });
}
