import type {
  LogitsHandle,
  PassBatching,
  Sequence,
  TokenRun,
  WantedRows,
} from '../../models/causal-model.ts';
import { philox4x32 } from '../../random/philox.ts';
import type { TokenId } from '../../tokens/token-id.ts';

/**
 * A language model that is a table of logits: one row for every context, a function of the last `memory` tokens
 * and the seed. Rows are wider than the vocabulary and their padding is tempting (the largest logit), so a sampler
 * that looks at it fails.
 */
export class FakeModel {
  readonly vocabSize: number;
  readonly width: number;
  readonly #seed: number;
  readonly #memory: number;
  /** Logits are spread over [-spread, spread]. */
  readonly #spread: number;
  /** Rows made so far, by the number that stands for the tokens before them. */
  readonly #rows = new Map<number, Float32Array>();
  /** Told of every forward, before it is done. */
  readonly onForward: (tokens: number) => void;
  /** Tokens fed to each text of the passes over several. */
  readonly batches: number[] = [];
  readonly batching: PassBatching | null;

  constructor(options: {
    vocabSize: number;
    seed: number;
    memory?: number;
    spread?: number;
    onForward?: (tokens: number) => void;
    /** Most tokens of each of two texts that go in one pass; without it none do. */
    batchedUpTo?: number;
  }) {
    const { batchedUpTo } = options;
    this.batching =
      batchedUpTo === undefined
        ? null
        : {
            pays: (_, tokens) => tokens <= batchedUpTo,
            forward: (passes, wanted) => {
              this.batches.push(passes[0].run.length);
              return Promise.all(passes.map(({ sequence, run }) => sequence.forward(run, wanted)));
            },
          };
    this.onForward = options.onForward ?? (() => {});
    this.vocabSize = options.vocabSize;
    this.width = options.vocabSize + 2;
    this.#seed = options.seed;
    this.#memory = options.memory ?? 3;
    this.#spread = options.spread ?? 2;
  }

  /** Raw logits [width] behind `context`, for the caller to keep. */
  logits(context: readonly TokenId[]): Float32Array {
    return this.rowBehind(context, context.length).slice();
  }

  /** The table's own row [width] behind the first `length` tokens of `context`: not to be changed. */
  rowBehind(context: readonly TokenId[], length: number): Float32Array {
    const remembered = Math.min(length, this.#memory);
    let state = remembered;
    for (let at = length - remembered; at < length; at++) {
      state = state * (this.vocabSize + 1) + context[at] + 1;
    }
    let row = this.#rows.get(state);
    if (!row) {
      row = this.#makeRow(state);
      this.#rows.set(state, row);
    }
    return row;
  }

  #makeRow(state: number): Float32Array {
    const row = new Float32Array(this.width).fill(99);
    const words = new Uint32Array(4);
    for (let token = 0; token < this.vocabSize; token++) {
      philox4x32(state, token, 0, 0, this.#seed, 0, words);
      row[token] = (words[0] / 2 ** 31 - 1) * this.#spread;
    }
    return row;
  }

  openSequence(): FakeSequence {
    return new FakeSequence(this);
  }

  async copyPrefix(from: Sequence, to: Sequence, length: number): Promise<void> {
    (to as FakeSequence).copyFrom(from as FakeSequence, length);
  }
}

/** A KV cache that is the list of tokens it was fed; counts what a test may ask about. */
export class FakeSequence implements Sequence {
  readonly fed: { readonly at: number; readonly ids: readonly TokenId[] }[] = [];
  /** Rollbacks that forgot something. */
  rollbacks = 0;
  readonly #model: FakeModel;
  #cache: TokenId[] = [];

  constructor(model: FakeModel) {
    this.#model = model;
  }

  get batching(): PassBatching | null {
    return this.#model.batching;
  }

  get kvLength(): number {
    return this.#cache.length;
  }

  /** The tokens whose keys and values the cache holds. */
  get cachedTokenIds(): readonly TokenId[] {
    return this.#cache;
  }

  forward(run: TokenRun, wanted: 'all' | 'last'): Promise<LogitsHandle>;
  forward(run: TokenRun, wanted: WantedRows): Promise<LogitsHandle | null>;
  async forward(run: TokenRun, wanted: WantedRows): Promise<LogitsHandle | null> {
    if (run.kind !== 'host' || run.ids.length !== run.length || run.length === 0) {
      throw new Error(`a run of ${run.length} tokens on the ${run.kind} was fed`);
    }
    this.#model.onForward(run.length);
    this.fed.push({ at: this.#cache.length, ids: run.ids });
    const first = this.#cache.length + 1;
    for (const id of run.ids) this.#cache.push(id);
    if (wanted === 'none') return null;
    const rows = wanted === 'last' ? 1 : run.length;
    const { width } = this.#model;
    const data = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      data.set(this.#model.rowBehind(this.#cache, first + run.length - rows + row), row * width);
    }
    return { kind: 'host', rows, width, data, toHost: async () => data, dispose: () => {} };
  }

  copyFrom(source: FakeSequence, length: number): void {
    if (length > source.#cache.length) throw new RangeError(`copy of ${length} of ${source.#cache.length}`);
    this.#cache = source.#cache.slice(0, length);
  }

  rollback(length: number): void {
    if (length > this.#cache.length) throw new RangeError(`rollback to ${length} of ${this.#cache.length}`);
    if (length < this.#cache.length) this.rollbacks++;
    this.#cache.length = length;
  }

  dispose(): void {
    this.#cache = [];
  }
}
