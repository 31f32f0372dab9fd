import * as ort from 'onnxruntime-web/webgpu';
import { host } from '#host';
import { SerialQueue } from '../../concurrency/serial-queue.ts';
import type { OrtBuild } from '../../host/host.ts';
import { watchOrtDownload } from './ort-download.ts';

/*
 * The one place that imports ONNX Runtime. Its JavaScript drives each build (`onnxruntime-web/jspi` differs from `/webgpu`
 * in the names of the files alone), and those with WebGPU serve both backends, so a page downloads and compiles one
 * binary: which one is settled when a device has been opened, or the first model is. There is one WebAssembly instance
 * per thread, hence module state and one queue for all runtimes of a thread.
 */

export type OrtSession = ort.InferenceSession;
export type OrtTensor = ort.Tensor;
export type OrtValueMetadata = ort.InferenceSession.ValueMetadata;
export const OrtTensor = ort.Tensor;

/** Guards every call into ONNX Runtime and every read-back. */
export const ortQueue = new SerialQueue();

let forcedBuild: OrtBuild | null = null;
let forcedOptions: Partial<ort.InferenceSession.SessionOptions> = {};
let needsGpu = false;
let configured: OrtBuild | null = null;

/** The build that this thread runs, or is going to. */
export function ortBuild(): OrtBuild {
  return configured ?? forcedBuild ?? host.bestOrtBuild(needsGpu);
}

/**
 * To be called before models are opened on a device.
 * @throws Error where this thread runs a build that has no WebGPU, since its first model was opened without a device
 */
export function needOrtWithGpu(): void {
  if (configured === 'plain') throw new Error('ONNX Runtime runs its build without WebGPU already');
  needsGpu = true;
}

/** Takes another build than the best one, for comparisons. To be called before this thread opens its first model. */
export function forceOrtBuild(build: OrtBuild): void {
  if (configured && build !== configured)
    throw new Error(`ONNX Runtime runs its ${configured} build already`);
  forcedBuild = build;
}

/** Options that sessions get besides the engine's own, for comparisons: those of the sessions created from here on. */
export function forceSessionOptions(options: Partial<ort.InferenceSession.SessionOptions>): void {
  forcedOptions = options;
}

function configure(): void {
  if (configured) return;
  configured = ortBuild();
  // What goes wrong comes as an exception with the same text.
  ort.env.logLevel = 'fatal';
  ort.env.wasm.numThreads = ortThreads();
  ort.env.wasm.proxy = false;
  const files = host.ortFiles(configured);
  ort.env.wasm.wasmPaths = files;
  watchOrtDownload(files.wasm);
}

/** Threads of the WASM backend. */
export const ortThreads = (): number => host.threads();

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
    ...forcedOptions,
  });
}
