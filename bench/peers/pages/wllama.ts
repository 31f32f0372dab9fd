import type { ContenderOptions, ContenderPrompt, TimedDecode } from './contender.ts';

/* wllama keeps its own worker: it is meant to be called from the page. */

/** What is used of @wllama/wllama, whose own types are there only where the peers are installed. */
interface WllamaLibrary {
  readonly Wllama: {
    new (paths: { readonly default: string }, config: { readonly suppressNativeLog: boolean }): WllamaEngine;
    getLibllamaVersion(): string;
  };
}

interface WllamaEngine {
  loadModel(files: readonly Blob[], parameters: Readonly<Record<string, number | boolean>>): Promise<void>;
  getNumThreads(): number;
  /** Parameters go to llama.cpp's server as they are; token ids are not among what it takes for a prompt here. */
  createCompletion(parameters: {
    readonly prompt: string;
    readonly max_tokens: number;
    readonly temperature: number;
    readonly cache_prompt: boolean;
    readonly stream: true;
    readonly onData: (chunk: WllamaChunk) => void;
  }): Promise<void>;
}

interface WllamaChunk {
  readonly choices: readonly { readonly text: string }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

/** Room for the longest prompt of the bench and its continuation. */
const contextTokens = 4096;

let engine: WllamaEngine | undefined;

async function decode({ text, tokenIds }: ContenderPrompt, maxTokens: number): Promise<TimedDecode> {
  if (!engine) throw new Error('wllama: call open first');
  const tokenAtMs: number[] = [];
  let promptTokens = tokenIds.length;
  const startMs = performance.now();
  await engine.createCompletion({
    prompt: text,
    max_tokens: maxTokens,
    temperature: 0,
    // Otherwise the next prompt would find what this one has in common with it.
    cache_prompt: false,
    stream: true,
    onData: ({ choices, usage }) => {
      if (choices.some((choice) => choice.text !== '')) tokenAtMs.push(performance.now() - startMs);
      if (usage) promptTokens = usage.prompt_tokens;
    },
  });
  return { promptTokens, tokenIds: null, tokenAtMs, phases: null };
}

window.contender = {
  open: async ({ packagesUrl, modelUrl, threads }: ContenderOptions) => {
    const folder = `${packagesUrl}@wllama/wllama/esm/`;
    const { Wllama } = (await import(/* @vite-ignore */ `${folder}index.js`)) as WllamaLibrary;
    engine = new Wllama({ default: `${folder}wasm/wllama.wasm` }, { suppressNativeLog: true });
    const file = await fetch(modelUrl);
    if (!file.ok) throw new Error(`wllama: ${modelUrl} answers ${file.status}`);
    await engine.loadModel([await file.blob()], {
      n_ctx: contextTokens,
      n_gpu_layers: 0,
      ...(threads === null ? {} : { n_threads: threads }),
    });
    return {
      version: `llama.cpp ${Wllama.getLibllamaVersion()}`,
      threads: engine.getNumThreads(),
      notes: [],
    };
  },
  decode,
};
