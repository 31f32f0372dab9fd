import type { ContenderOptions, ContenderPrompt, OpenedContender, TimedDecode } from './contender.ts';
import type { TransformersLibrary, TransformersModel } from './transformers-library.ts';

/* transformers.js in a worker, as its examples have it, with the ONNX Runtime that it pins. */

export type TransformersCall =
  | { readonly kind: 'open'; readonly options: ContenderOptions }
  | { readonly kind: 'decode'; readonly prompt: ContenderPrompt; readonly maxTokens: number };

export type TransformersAnswer =
  | { readonly value: OpenedContender | TimedDecode }
  | { readonly error: string };

let library: TransformersLibrary | undefined;
let model: TransformersModel | undefined;

async function open(options: ContenderOptions): Promise<OpenedContender> {
  const { packagesUrl, modelUrl, dtype, backend } = options;
  const threads = backend === 'wasm' ? (options.threads ?? 1) : 1;
  const script = `${packagesUrl}@huggingface/transformers/dist/transformers.min.js`;
  library = (await import(/* @vite-ignore */ script)) as TransformersLibrary;
  const { env } = library;
  // Everything from this server, nothing kept between runs.
  env.allowLocalModels = true;
  env.allowRemoteModels = false;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  const folder = modelUrl.slice(0, -1);
  env.localModelPath = folder.slice(0, folder.lastIndexOf('/') + 1);
  env.backends.onnx.wasm.wasmPaths = `${packagesUrl}onnxruntime-web/dist/`;
  env.backends.onnx.wasm.numThreads = threads;
  env.backends.onnx.wasm.proxy = false;
  model = await library.AutoModelForCausalLM.from_pretrained(folder.slice(folder.lastIndexOf('/') + 1), {
    dtype,
    device: backend,
  });
  const { versions } = env.backends.onnx;
  return {
    version: `${env.version} on onnxruntime-web ${versions.web ?? versions.common}`,
    threads,
    notes: [],
  };
}

async function decode({ tokenIds }: ContenderPrompt, maxTokens: number): Promise<TimedDecode> {
  if (!library || !model) throw new Error('transformers.js: call open first');
  const { Tensor } = library;
  const shape = [1, tokenIds.length];
  const tokenAtMs: number[] = [];
  let isPrompt = true;
  const startMs = performance.now();
  const output = await model.generate({
    inputs: new Tensor('int64', BigInt64Array.from(tokenIds, BigInt), shape),
    attention_mask: new Tensor('int64', new BigInt64Array(tokenIds.length).fill(1n), shape),
    max_new_tokens: maxTokens,
    do_sample: false,
    streamer: {
      put: () => {
        if (!isPrompt) tokenAtMs.push(performance.now() - startMs);
        isPrompt = false;
      },
      end: () => {},
    },
  });
  const written = Array.from(output.data.subarray(tokenIds.length), Number);
  return { promptTokens: tokenIds.length, tokenIds: written, tokenAtMs, phases: null };
}

self.onmessage = async ({ data }: MessageEvent<TransformersCall>) => {
  const answer: TransformersAnswer = await (data.kind === 'open'
    ? open(data.options)
    : decode(data.prompt, data.maxTokens)
  ).then(
    (value) => ({ value }),
    (error: unknown) => ({ error: String(error) }),
  );
  self.postMessage(answer);
};
