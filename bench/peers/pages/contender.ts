/*
 * What a page offers to the bench, whichever engine is behind it: the same question, the same clock. An engine's
 * own numbers are not asked for, so that all are measured where a page would feel it.
 */

/** Addresses are absolute, folders end with a slash. */
export interface ContenderOptions {
  /** Folder of the model in the Hugging Face ONNX layout, or one GGUF file. */
  readonly modelUrl: string;
  /** Precision of the ONNX file, as in its name; of no meaning for a GGUF file. */
  readonly dtype: string;
  readonly backend: 'wasm' | 'webgpu';
  /** Folder of the installed packages of the peers. */
  readonly packagesUrl: string;
  /** Threads on WASM; null where the engine shall choose. */
  readonly threads: number | null;
}

export interface OpenedContender {
  /** Version of the engine and of the runtime below it. */
  readonly version: string;
  readonly threads: number;
  /** What the engine said about the load. */
  readonly notes: readonly string[];
}

/** The same tokens as text and as ids: engines take the one or the other. */
export interface ContenderPrompt {
  readonly text: string;
  readonly tokenIds: readonly number[];
}

/** One greedy decode. Times in milliseconds since the call. */
export interface TimedDecode {
  readonly promptTokens: number;
  /** Tokens after the prompt, without the end token; null where the engine tells text only. */
  readonly tokenIds: readonly number[] | null;
  /** When the caller had each token, in order; the end token may be among them. */
  readonly tokenAtMs: readonly number[];
  /** Where the time after the first round went, as the engine tells it; null where it does not. */
  readonly phases: EnginePhases | null;
}

/** Milliseconds after the first verdict. */
export interface EnginePhases {
  readonly tokens: number;
  readonly forward: number;
  readonly readback: number;
  readonly sample: number;
  readonly text: number;
  /** From the first verdict to the last by the engine's clock: the phases, and what is none of them. */
  readonly engine: number;
}

export interface Contender {
  open(options: ContenderOptions): Promise<OpenedContender>;
  decode(prompt: ContenderPrompt, maxTokens: number): Promise<TimedDecode>;
}

declare global {
  interface Window {
    contender: Contender;
  }
}
