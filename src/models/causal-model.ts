import type { TokenId } from '../tokens/token-id.ts';
import type { ForwardCosts } from './forward-costs.ts';

/**
 * What a forward pass is fed. The length is always known; the ids may live on the device only
 * (int64 pairs: low word, 0), because a token drawn there goes into the next pass without a read-back.
 */
export type TokenRun =
  | { readonly kind: 'host'; readonly length: number; readonly ids: readonly TokenId[] }
  | {
      readonly kind: 'device';
      readonly length: number;
      readonly buffer: GPUBuffer;
      /** First token of the run inside `buffer`, in tokens. */
      readonly offset: number;
    };

interface LogitsRows {
  readonly rows: number;
  /** Entries of one row: the width of the model's output, which may exceed the tokenizer's vocabulary. */
  readonly width: number;
  /** [rows, width] on the host. On the device this is a read-back (one mapAsync). */
  toHost(): Promise<Float32Array>;
  /** Frees what the handle owns; whoever received the handle calls it once. */
  dispose(): void;
}

export interface HostLogits extends LogitsRows {
  readonly kind: 'host';
  /** [rows, width]; the receiver's own, also after dispose. */
  readonly data: Float32Array;
}

export interface DeviceLogits extends LogitsRows {
  readonly kind: 'device';
  /** [rows, width] of f32, owned by the handle. */
  readonly buffer: GPUBuffer;
}

/** Raw logits of one forward pass; only models/ and the samplers look at which kind it is. */
export type LogitsHandle = HostLogits | DeviceLogits;

/** Which rows of a pass the caller needs; what is not asked for is neither copied nor read back. */
export type WantedRows = 'all' | 'last' | 'none';

/** A pass of one sequence that is run beside those of others. */
export interface SequencePass {
  readonly sequence: Sequence;
  readonly run: TokenRun;
}

/** How a model feeds several of its sequences in one pass. */
export interface PassBatching {
  /** True if one pass over `tokens` tokens of each of two is faster than a pass each, by what was measured at load. */
  pays(sequences: readonly [Sequence, Sequence], tokens: number): boolean;
  /**
   * One pass over runs of one length, each at its own sequence's positions. Answers what the sequences' own `forward`
   * would, but for rounding. Throws what that throws; after an error every cache is as before the call.
   */
  forward(passes: readonly SequencePass[], wanted: 'all' | 'last'): Promise<readonly LogitsHandle[]>;
}

/** One KV cache opened on a model. */
export interface Sequence {
  /** The same for all sequences of a model; null or absent where passes over several texts are not known to pay. */
  readonly batching?: PassBatching | null;
  /** Valid positions in the cache; the next token fed goes to this position. */
  readonly kvLength: number;
  /**
   * One pass over `run`, at positions kvLength .. kvLength + run.length - 1; kvLength grows by run.length.
   * With `none` the answer is null. Throws `context-full` past the model's context, `device-lost`,
   * `out-of-memory`; after an error the cache is as before the call.
   */
  forward(run: TokenRun, wanted: 'all' | 'last'): Promise<LogitsHandle>;
  forward(run: TokenRun, wanted: WantedRows): Promise<LogitsHandle | null>;
  /** Forgets positions from `length` on: O(1), no data moves. Throws RangeError above kvLength. */
  rollback(length: number): void;
  dispose(): void;
}

/** What runs a model: ONNX Runtime on WebAssembly, or on WebGPU. */
export type BackendKind = 'wasm' | 'webgpu';

/**
 * Verification noise: how far one pass over k tokens is from k passes over one token, measured at load over the
 * last 8 rows of a 48-token text. Verification follows the wide pass, plain decoding the narrow one.
 */
export interface VerificationNoise {
  /** Largest absolute difference of a logit. */
  readonly maxLogitDifference: number;
  /** Mean total variation between the two distributions at temperature 1. */
  readonly meanTotalVariation: number;
}

/** Weights and their one session; opens any number of sequences. */
export interface CausalModel {
  readonly id: string;
  readonly backend: BackendKind;
  /** Width of a logits row. */
  readonly width: number;
  /** Positions a sequence may hold. */
  readonly contextLength: number;
  readonly noise: VerificationNoise;
  /** t(k) measured at load. */
  readonly costs: ForwardCosts;
  /**
   * Time of one pass over one token of each of two texts ÷ that of a pass each, measured at load; 1 or absent where two
   * texts never go in one pass.
   */
  readonly batchShare?: number;
  /** Read-backs of its passes and of the logits they gave, ONNX Runtime's own included; take the difference of two. */
  readonly readbacks: number;
  openSequence(): Sequence;
  /**
   * Has `to` hold the first `length` positions of `from`, another of its sequences, instead of its own: a copy costs far
   * less than feeding them. Throws `out-of-memory`; `to` then holds none.
   */
  copyPrefix(from: Sequence, to: Sequence, length: number): Promise<void>;
  /** Releases the session and every sequence on it. */
  dispose(): Promise<void>;
}
