import type { CombineNumbers } from '../combine/combine.ts';
import type { Candidates } from '../decode/candidates.ts';
import type { FinishReason } from '../decode/decode-loop.ts';
import type { PrefillProgress } from '../decode/prefill-members.ts';
import type { SpeedUp } from '../decode/speed-up.ts';
import type { DecodeStatistics } from '../decode/statistics.ts';
import type { BackendKind, VerificationNoise } from '../models/causal-model.ts';
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
  FinishReason,
  HubModel,
  LoadProgress,
  MemoryEstimate,
  PrefillProgress,
  StoredModel,
  StoredModels,
};

/** Which backend runs the models: `auto` picks one. */
export type BackendChoice = 'auto' | BackendKind;

/** Where the engine runs and where it finds models. Addresses may be relative to the page. */
export interface EngineOptions {
  /**
   * `auto` (default): WebGPU where a hardware adapter passes the self-check, else WASM. `webgpu` also takes a
   * software adapter.
   */
  readonly backend?: BackendChoice;
  /** Folder that holds the catalogue and the bundled models; default: `models/` beside the page. */
  readonly modelsUrl?: string;
  /**
   * Catalogue asked where `modelsUrl` has none or lacks an id; an id names one content, so the files of a model it
   * knows must have its hashes wherever they lie. Default: `models/catalogue.json` beside the page.
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
  /** Ends the load: it rejects with the signal's reason, an AbortError. What is downloaded so far is kept. */
  readonly signal?: AbortSignal;
  /**
   * For repositories and folders that are not for everybody. Shown to the host that the model lies on and to no other;
   * kept in memory for this load alone.
   */
  readonly token?: string;
}

/** A model before its weights are downloaded. */
export interface ModelEstimate {
  /** The name to use in `load` and in requests. */
  readonly id: string;
  readonly title: string;
  readonly dtype: Dtype;
  /** Of the weights' files; null where the server does not tell. */
  readonly downloadBytes: number | null;
  /** As the configuration says, null where it does not; a loaded model may have less, by what its file holds. */
  readonly contextLength: number | null;
  readonly memory: MemoryEstimate;
}

/** Options of `engine.decode`. */
export interface DecodeOptions {
  /** Ends the run, or takes it out of the queue; its result then says `abort`. */
  readonly signal?: AbortSignal;
  /** Told after each chunk of a member's prompt: the first round comes when all are fed. */
  readonly onPrefill?: (progress: PrefillProgress) => void;
}

/** A model that requests can name. */
export interface LoadedModel {
  /** The name to use in requests: as given to `load`; of `{ repo, … }` "owner/name@revision:dtype". */
  readonly id: string;
  readonly title: string;
  readonly backend: BackendKind;
  /** Tokens of prompt and text together: the configuration's, and no more than its file has positions for. */
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
  /** Where the model runs and what was passed over on the way: shown to the user. */
  readonly notes: readonly string[];
}

/** What the engine runs on, and the models that are loaded. */
export interface EngineInfo {
  /** Decided when the first model is loaded; null before. */
  readonly backend: BackendKind | null;
  /** Why this backend, in a sentence. */
  readonly backendReason: string;
  /** Threads of the WASM backend. */
  readonly threads: number;
  readonly models: readonly LoadedModel[];
  readonly liveGpuBuffers: number;
  readonly liveGpuBytes: number;
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
  /** True where the acceptance criterion does not follow the combined distribution exactly. */
  readonly lossy: boolean;
  readonly stats: ResultStatistics;
}

/** Statistics of a whole decode. */
export interface ResultStatistics extends DecodeStatistics {
  /** null for methods that are the reference themselves, and if nothing was verified. */
  readonly speedUp: SpeedUp | null;
}

/**
 * A running decode. Iterate it for the rounds (from the first one, whenever the iteration starts): the engine
 * waits for a slow reader. Or leave it unread and await `result`.
 */
export interface DecodeRun extends AsyncIterable<Round> {
  /** Rejects with an EngineError. Abort is an outcome: it resolves with finishReason `abort`. */
  readonly result: Promise<DecodeResult>;
  /** Ends the run within one round or 4 ms, with what is committed so far. */
  stop(): void;
  /**
   * Changes the combination's numbers from the next round on: `weights` of a weighted or geometric one, `mu` of a
   * contrastive one. That round says so (`combine`). Every token follows the combination in force at its verdict
   * exactly, proposals drafted before the change included; where in the text the change falls depends on when it is
   * asked for. Settles when the engine has taken it over; after the end of the run it does nothing.
   * @throws EngineError `invalid-request` for numbers that a request could not have either, and where the method has
   *   none: plain, speculative, custom combinations
   */
  update(numbers: CombineNumbers): Promise<void>;
}

/** What a page talks to; implemented by the engine in the worker and by its stand-in in the page. */
export interface EngineApi {
  /**
   * Loads a model: the id of a catalogue, a repository of the hub ("owner/name", "owner/name@revision", or an object),
   * or the URL of a folder in the Hugging Face ONNX layout. ":dtype" behind it chooses among the weights.
   */
  load(model: string | HubModel, options?: LoadOptions): Promise<LoadedModel>;
  /**
   * What loading a model would download and take, from its list of files and its configuration, on the backend of the
   * models loaded next. `load` asks the same before it downloads weights, and refuses what does not fit.
   * @throws EngineError as `load` does for a model that is not there
   */
  estimate(model: string | HubModel, options?: Pick<LoadOptions, 'signal' | 'token'>): Promise<ModelEstimate>;
  /** What is kept in the browser's storage, whether it is loaded or not. */
  storedModels(): Promise<StoredModels>;
  /**
   * Removes a model's files from the browser's storage, and answers the bytes that were freed; 0 where there is none. A
   * model that is loaded stays loaded.
   * @param id as in `storedModels`
   * @throws EngineError `invalid-request` while it is downloaded, here or in another tab
   */
  deleteStored(id: string): Promise<number>;
  /**
   * Writes a text. Decodes run one at a time: this one waits in a queue until those before it have ended; one with a
   * custom combination joins the queue when its module is loaded. Iterate the run to receive the text as it is written,
   * or await its `result`.
   *
   * Does not throw. `result` and the iteration reject with an EngineError: `invalid-request` for a request that is
   * refused, with the field in `details`; `vocabulary-mismatch`, `context-full`; `out-of-memory`, `device-lost`,
   * `worker-lost` while it runs.
   */
  decode(request: DecodeRequest, options?: DecodeOptions): DecodeRun;
  /**
   * What every member, and their combination, would have at one position of a text: the likeliest tokens, and where
   * the token that stands there ranks. `candidatesQuery` asks it about a token of a run.
   *
   * Costs nothing until asked for: then each member feeds what its caches do not hold of prompt and text, one token at
   * least. It takes its turn in the queue of decodes, so it waits for the end of one that runs. Aborting `signal` takes
   * it out; it then rejects with an AbortError.
   * @throws EngineError `invalid-request`, `vocabulary-mismatch`, `context-full`
   */
  candidates(query: CandidatesQuery, options?: { readonly signal?: AbortSignal }): Promise<Candidates>;
  /** The backend, and the models that are loaded. */
  info(): Promise<EngineInfo>;
  /** Frees a model's session, caches and GPU memory; a decode that uses it ends first. */
  unload(model: string): Promise<void>;
  /** Ends the running decode, frees everything and, in a page, the worker. */
  close(): Promise<void>;
}
