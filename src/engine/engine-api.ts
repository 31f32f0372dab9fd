import type { CombineNumbers } from '../combine/combine.ts';
import type { Candidates } from '../decode/candidates.ts';
import type { FinishReason } from '../decode/decode-loop.ts';
import type { PrefillProgress } from '../decode/prefill-members.ts';
import type { SpeedUp } from '../decode/speed-up.ts';
import type { DecodeStatistics } from '../decode/statistics.ts';
import type { AdapterDescription } from '../gpu/device.ts';
import type { OrtBuild } from '../host/host.ts';
import type { BackendKind, VerificationNoise } from '../models/causal-model.ts';
import type { PassTimes } from '../models/costs/pass-times.ts';
import type { Dtype } from '../models/files/dtype.ts';
import type { HubModel } from '../models/files/hub/hub-model.ts';
import type { LoadProgress } from '../models/files/load-progress.ts';
import type { MemoryEstimate } from '../models/files/memory-estimate.ts';
import type { StoredModel, StoredModels } from '../models/files/storage/stored-models.ts';
import type { ForwardCosts } from '../models/forward-costs.ts';
import type { Round } from '../round/round.ts';
import type { CandidatesQuery } from './candidates-query.ts';
import type { DecodeRequest, ValidDecodeRequest } from './request-types.ts';

export type {
  AdapterDescription,
  FinishReason,
  HubModel,
  LoadProgress,
  MemoryEstimate,
  OrtBuild,
  PassTimes,
  PrefillProgress,
  StoredModel,
  StoredModels,
};

/** Which backend runs the models: `auto` picks one. */
export type BackendChoice = 'auto' | BackendKind;

/** Where the engine runs and where it finds models. Addresses may be relative to the page. */
export interface EngineOptions {
  /**
   * `auto` (default) uses WebGPU if a hardware adapter passes the self-check, otherwise WASM. `webgpu` also accepts
   * a software adapter.
   */
  readonly backend?: BackendChoice;
  /** Folder that holds the catalogue and the bundled models; default: `models/` beside the page. */
  readonly modelsUrl?: string;
  /**
   * Catalogue to use if `modelsUrl` has none or lacks an id. An id stands for fixed content: files of a model it
   * lists must match its hashes, wherever they come from. Default: `models/catalogue.json` beside the page.
   */
  readonly catalogueUrl?: string;
  /** Host of repositories: the Hugging Face hub, a mirror, or a server of your own. Default: https://huggingface.co */
  readonly hubUrl?: string;
}

/** Options with absolute addresses: a worker resolves relative ones against its own script. */
export interface ResolvedEngineOptions extends Required<EngineOptions> {
  /** What model addresses in `load` are relative to: the page's own. */
  readonly baseUrl: string;
}

/** Options of `engine.load`. */
export interface LoadOptions {
  /** Called as the load advances. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Cancels the load, which rejects with the signal's reason, an AbortError. Downloaded bytes are kept. */
  readonly signal?: AbortSignal;
  /**
   * Access token for private or gated repositories and folders. Sent only to the model's own host, and kept in
   * memory until the model is unloaded: after the loss of the GPU device the engine loads it again.
   */
  readonly token?: string;
}

/** A model before its weights are downloaded. */
export interface ModelEstimate {
  /** The name to use in `load` and in requests. */
  readonly id: string;
  readonly title: string;
  readonly dtype: Dtype;
  /** Size of the weights; null if the server does not report it. */
  readonly downloadBytes: number | null;
  /** From the configuration, or null; a loaded model may have a shorter context, limited by its graph. */
  readonly contextLength: number | null;
  readonly memory: MemoryEstimate;
}

/** Options of `engine.decode`. */
export interface DecodeOptions {
  /** Ends the run or removes it from the queue; the result then has the finish reason `abort`. */
  readonly signal?: AbortSignal;
  /** Called after each chunk of a member's prompt. The first round follows when all prompts have been read. */
  readonly onPrefill?: (progress: PrefillProgress) => void;
}

/** A model that requests can name. */
export interface LoadedModel {
  /** The name to use in requests: the string passed to `load`, or for `{ repo, … }` "owner/name@revision:dtype". */
  readonly id: string;
  readonly title: string;
  readonly backend: BackendKind;
  /** Maximum number of tokens in prompt and text together: the configuration's value, limited by the graph's positions. */
  readonly contextLength: number;
  readonly vocabSize: number;
  /** True where the model takes `messages`. */
  readonly hasChatTemplate: boolean;
  /** Size of all its files. */
  readonly bytes: number;
  /** Of its weights, hexadecimal. */
  readonly sha256: string;
  /** How far verification is from plain decoding on this backend, measured at load. */
  readonly noise: VerificationNoise;
  /** Time of a forward over k tokens, measured at load. */
  readonly costs: ForwardCosts;
  /** Notes for the user: where the model runs, and which alternatives failed. */
  readonly notes: readonly string[];
}

/**
 * `unopened` until the first request that needs a backend; `lost` from the loss of the GPU device until the next request,
 * which opens another (`reopening`).
 */
export type LifeState = 'unopened' | 'opening' | 'open' | 'lost' | 'reopening' | 'closing' | 'closed';

/** What the engine runs on, and the models that are loaded. */
export interface EngineInfo {
  readonly state: LifeState;
  /** Null until the first model is loaded. */
  readonly backend: BackendKind | null;
  /** Why this backend, in a sentence. */
  readonly backendReason: string;
  /** Threads of the WASM backend. */
  readonly threads: number;
  /** Those of a lost device, too: the next request that uses one loads it again. */
  readonly models: readonly LoadedModel[];
  readonly liveGpuBuffers: number;
  readonly liveGpuBytes: number;
}

/** Options of `engine.measureForwards`. */
export interface MeasureForwardsOptions {
  /** Time of forwards that count after which no further ones are begun; 1, 2 and 9 tokens are always measured. Default: 2000. */
  readonly budgetMs?: number;
  /** Ends the measurement, which rejects with the signal's reason, an AbortError. */
  readonly signal?: AbortSignal;
}

/** Raw times of forward passes, and what they ran on. */
export interface ForwardMeasurement {
  /** The name of the model in requests. */
  readonly model: string;
  readonly backend: BackendKind;
  /** Threads of the WASM backend. */
  readonly threads: number;
  /** Version of ONNX Runtime, and which of its builds this host runs. */
  readonly onnxRuntime: { readonly version: string; readonly build: OrtBuild };
  /** Null on WASM. */
  readonly adapter: AdapterDescription | null;
  /** Ascending in tokens. */
  readonly passes: readonly PassTimes[];
}

/** The GPU device was lost while a text was written, and the text went on from there on another one. */
export interface Resumption {
  /** Tokens written before. */
  readonly tokens: number;
  /** What happened, in a sentence. */
  readonly reason: string;
  /**
   * True if the text is the one of an uninterrupted run, up to near-ties: at temperature 0, with `coupled` acceptance,
   * with methods that never verify, and with fixed draft lengths except for `alternate`. Otherwise the text follows the
   * same distribution but may differ.
   */
  readonly sameText: boolean;
}

/** The text that a decode wrote, how, and its statistics. */
export interface DecodeResult {
  /** The continuation; ends before a stop string. */
  readonly text: string;
  /** The prompt as the first member read it. */
  readonly promptTokenIds: readonly number[];
  /** Without the end token; at a stop string it ends with the token that completed it. */
  readonly tokenIds: readonly number[];
  readonly finishReason: FinishReason;
  readonly backend: BackendKind;
  /** Every round of the run, in order. */
  readonly rounds: readonly Round[];
  /** The seed in use: the request's, or a random one. */
  readonly seed: number;
  /** The request with all defaults filled in. */
  readonly request: ValidDecodeRequest;
  /** True if the acceptance criterion does not follow the combined distribution exactly. */
  readonly lossy: boolean;
  /** Losses of the GPU device that the run survived, in order; empty in an ordinary run. */
  readonly resumed: readonly Resumption[];
  readonly stats: ResultStatistics;
}

/** Statistics of a whole decode. */
export interface ResultStatistics extends DecodeStatistics {
  /** null for methods that are the reference themselves, and if nothing was verified. */
  readonly speedUp: SpeedUp | null;
}

/**
 * A running decode. Iterate it to receive the rounds; every iteration starts with the first one, and the engine
 * waits for a slow reader. Or just await `result`.
 */
export interface DecodeRun extends AsyncIterable<Round> {
  /** Rejects with an EngineError. An abort resolves with finishReason `abort`. */
  readonly result: Promise<DecodeResult>;
  /** Ends the run within one round or 4 ms, with what is committed so far. */
  stop(): void;
  /**
   * Changes the combination from the next round on: `weights` of a weighted or geometric one, `mu` of a contrastive
   * one. That round reports the change in `combine`. Every token follows exactly the combination in force at its
   * verdict, even if it was proposed before the change. Where in the text the change takes effect depends on when you
   * call this. Resolves when the engine has applied the change; does nothing after the end of the run.
   * @throws EngineError `invalid-request` for invalid numbers, and if the method has no weights: plain, speculative, custom
   *   combinations
   */
  update(numbers: CombineNumbers): Promise<void>;
}

/** The engine. Implemented in the worker, and by a proxy in the page. */
export interface EngineApi {
  /**
   * Loads a model: the id of a catalogue, a repository of the hub ("owner/name", "owner/name@revision", or an object),
   * or the URL of a folder in the Hugging Face ONNX layout. ":dtype" behind it chooses among the weights.
   */
  load(model: string | HubModel, options?: LoadOptions): Promise<LoadedModel>;
  /**
   * Estimates download size and memory of a model from its list of files and its configuration, for the current
   * backend. `load` does the same before it downloads weights, and refuses models that do not fit.
   * @throws EngineError as `load` does for a model that is not there
   */
  estimate(model: string | HubModel, options?: Pick<LoadOptions, 'signal' | 'token'>): Promise<ModelEstimate>;
  /** Lists the models in the browser's storage, loaded or not. */
  storedModels(): Promise<StoredModels>;
  /**
   * Deletes a model's files from the browser's storage and returns the number of bytes freed (0 if there are none). A
   * loaded model stays loaded.
   * @param id as in `storedModels`
   * @throws EngineError `invalid-request` while it is downloaded, here or in another tab
   */
  deleteStored(id: string): Promise<number>;
  /**
   * Writes a text. One decode runs at a time; others wait in a queue. A decode with a custom combination enters the queue
   * when its module has loaded. Iterate the run to receive the text as it is written, or await its `result`.
   *
   * Does not throw. `result` and the iteration reject with an EngineError: `invalid-request` for an invalid request, with
   * the field in `details`; `vocabulary-mismatch`, `context-full`; `out-of-memory` or `worker-lost` while it runs. If the
   * GPU device is lost, the engine opens another one, loads the models again and continues the text (`resumed`); the run
   * rejects with `device-lost` if that device is lost too before another token is written.
   */
  decode(request: DecodeRequest, options?: DecodeOptions): DecodeRun;
  /**
   * Returns what every member, and their combination, predict at one position of a text: the most likely tokens, and
   * the rank of the token that stands there. `candidatesQuery` builds the query for a token of a run.
   *
   * Each call costs at least one forward pass per member; a member feeds whatever its caches lack of prompt and text. The
   * call waits in the queue of decodes. Aborting `signal` removes it, and it rejects with an AbortError.
   * @throws EngineError `invalid-request`, `vocabulary-mismatch`, `context-full`
   */
  candidates(query: CandidatesQuery, options?: { readonly signal?: AbortSignal }): Promise<Candidates>;
  /**
   * Times forwards of a loaded model over 1 to 9 tokens anew, all samples included, as decoding would run them: padded to
   * another width where that is faster. (`LoadedModel.costs` may come from an earlier visit, and is t(k) alone.) The call
   * waits in the queue of decodes.
   * @throws EngineError `invalid-request` for a model that is not loaded
   */
  measureForwards(model: string, options?: MeasureForwardsOptions): Promise<ForwardMeasurement>;
  /** The backend, and the models that are loaded. */
  info(): Promise<EngineInfo>;
  /** Frees a model's session, caches and GPU memory; a decode that uses it ends first. */
  unload(model: string): Promise<void>;
  /** Ends the running decode, frees everything and, in a page, the worker. */
  close(): Promise<void>;
}
