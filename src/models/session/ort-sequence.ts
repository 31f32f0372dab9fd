import { EngineError } from '../../errors/engine-error.ts';
import type { OwnedBuffer } from '../../gpu/buffer-registry.ts';
import type { EngineDevice } from '../../gpu/device.ts';
import type { ReadbackTally } from '../../gpu/readback-counter.ts';
import type { TokenId } from '../../tokens/token-id.ts';
import { int64Tensor } from '../cache/host-tensors.ts';
import type { KvCache } from '../cache/kv-cache.ts';
import { LogitsBuffers } from '../cache/logits-buffers.ts';
import { hostLogits, OwnedDeviceLogits } from '../cache/logits-handles.ts';
import type { LogitsHandle, PassBatching, Sequence, TokenRun, WantedRows } from '../causal-model.ts';
import type { PassPadding } from '../costs/pass-padding.ts';
import { float16ToFloat32 } from '../onnx/float16.ts';
import type { ModelSignature } from '../onnx/model-signature.ts';
import { type OrtSession, OrtTensor, ortQueue } from '../ort/ort.ts';
import { ortError } from '../ort/ort-errors.ts';

/** What a sequence needs of the model it was opened on. */
export interface SequenceHost {
  readonly modelId: string;
  readonly session: OrtSession;
  readonly signature: ModelSignature;
  readonly contextLength: number;
  /** null on WASM. */
  readonly device: EngineDevice | null;
  readonly padding: PassPadding;
  /** null where passes over several texts are not known to pay. */
  readonly batching: PassBatching | null;
  readonly readbacks: ReadbackTally;
}

/** How one pass is run. */
interface PassPlan {
  /** Tokens fed, padding included. */
  readonly fed: number;
  /** Rows of logits that the graph computes, the last ones of those fed. */
  readonly computedRows: number;
  /** Where among those the wanted rows begin, and their number. */
  readonly firstRow: number;
  readonly wantedRows: number;
}

const int64Bytes = 8;

/** A failed run otherwise prints its message on the console besides throwing it; 4: fatal only. */
export const runOptions = { logSeverityLevel: 4 } as const;

/** One KV cache on a session. Passes are queued; `kvLength` is that of the passes that have ended. */
export class OrtSequence implements Sequence {
  readonly #host: SequenceHost;
  /** For passes over several texts. */
  readonly cache: KvCache;
  readonly #onDispose: (sequence: OrtSequence) => void;
  readonly #owner: string;
  /** null on WASM. */
  readonly #logitsBuffers: LogitsBuffers | null;
  /** Tokens that could not be fed from where the sampler keeps them; null before they are needed. */
  #tokens: OwnedBuffer | null = null;
  /** Ones, at least as many as the last mask had: its length alone says which rows are valid. */
  #mask = new BigInt64Array();
  #waitingPasses = 0;
  #disposed = false;

  constructor(host: SequenceHost, cache: KvCache, owner: string, onDispose: (sequence: OrtSequence) => void) {
    this.#host = host;
    this.cache = cache;
    this.#owner = owner;
    this.#onDispose = onDispose;
    const { device, signature } = host;
    this.#logitsBuffers = device
      ? new LogitsBuffers(device, `${owner}.logits`, signature.logits.width)
      : null;
  }

  get batching(): PassBatching | null {
    return this.#host.batching;
  }

  get kvLength(): number {
    return this.cache.length;
  }

  forward(run: TokenRun, wanted: 'all' | 'last'): Promise<LogitsHandle>;
  forward(run: TokenRun, wanted: WantedRows): Promise<LogitsHandle | null>;
  forward(run: TokenRun, wanted: WantedRows): Promise<LogitsHandle | null> {
    return OrtSequence.queuePass([this], () => this.#host.readbacks.of(() => this.#pass(run, wanted)));
  }

  /** Queues a pass over the texts of `sequences`; until it has ended they can neither be rolled back nor freed. */
  static async queuePass<T>(sequences: readonly OrtSequence[], pass: () => Promise<T>): Promise<T> {
    for (const sequence of sequences) sequence.#waitingPasses += 1;
    try {
      return await ortQueue.run(pass);
    } finally {
      for (const sequence of sequences) {
        sequence.#waitingPasses -= 1;
        if (sequence.#disposed && sequence.#waitingPasses === 0) sequence.#freeMemory();
      }
    }
  }

  rollback(length: number): void {
    if (this.#waitingPasses > 0) throw new Error('A sequence cannot be rolled back during a pass');
    if (!Number.isInteger(length) || length < 0 || length > this.kvLength) {
      throw new RangeError(`Cannot roll back to ${length}: the cache holds ${this.kvLength} positions`);
    }
    this.cache.rollback(length);
  }

  /** See CausalModel.copyPrefix. */
  copyFrom(source: OrtSequence, length: number): Promise<void> {
    return OrtSequence.queuePass([this, source], () => this.cache.copyFrom(source.cache, length));
  }

  /** Frees the cache; passes that wait end first, and logits live until their own handle is disposed. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#onDispose(this);
    if (this.#waitingPasses === 0) this.#freeMemory();
  }

  /** Throws where a pass over `tokens` tokens cannot be run: `context-full`, or a fault of the caller. */
  requireRoom(tokens: number): void {
    const { modelId, contextLength } = this.#host;
    if (this.#disposed) throw new Error(`A sequence of ${modelId} was used after dispose`);
    if (tokens < 1) throw new RangeError('A pass needs at least one token');
    if (this.kvLength + tokens > contextLength) {
      throw contextFull(modelId, this.kvLength, tokens, contextLength);
    }
  }

  #freeMemory(): void {
    this.cache.dispose();
    this.#logitsBuffers?.dispose();
    this.#tokens?.release();
  }

  async #pass(run: TokenRun, wanted: WantedRows): Promise<LogitsHandle | null> {
    const { session, device, modelId } = this.#host;
    this.requireRoom(run.length);
    const total = this.kvLength + run.length;
    device?.throwIfUnusable();

    let logitsBuffer: OwnedBuffer | null = null;
    let feeds: Record<string, OrtTensor> = {};
    try {
      const plan = this.#plan(run.length, wanted);
      const binding = await this.cache.bind(plan.fed);
      feeds = { ...binding.feeds, ...this.#tokenFeeds(run, plan) };
      const fetches: Record<string, OrtTensor | null> = { ...binding.fetches };
      const { logits } = this.#host.signature;
      if (plan.wantedRows > 0) {
        if (this.#logitsBuffers && logits.type === 'float32') {
          logitsBuffer = this.#logitsBuffers.take(plan.computedRows);
          fetches[logits.name] = OrtTensor.fromGpuBuffer(logitsBuffer.buffer, {
            dataType: 'float32',
            dims: [1, plan.computedRows, logits.width],
          });
        } else fetches[logits.name] = null;
      }
      const outputs = await session.run(feeds, fetches, runOptions);
      device?.throwIfUnusable();
      const handle = this.#logitsHandle(outputs, logitsBuffer, plan);
      this.cache.commit(outputs, plan.fed);
      this.cache.rollback(total);
      return handle;
    } catch (failure) {
      logitsBuffer?.release();
      const cause = device ? await device.errorOf(failure) : failure;
      throw ortError(`A pass of ${modelId} over ${run.length} tokens`, cause, {
        modelId,
        feeds: Object.entries(feeds).map(describeFeed),
      });
    }
  }

  #plan(tokens: number, wanted: WantedRows): PassPlan {
    const { contextLength, padding, signature } = this.#host;
    const padded = padding.paddedTokens(tokens);
    const fed = this.kvLength + padded <= contextLength ? padded : tokens;
    const wantedRows = { all: tokens, last: 1, none: 0 }[wanted];
    const firstPosition = tokens - wantedRows;
    // Those wanted and the padding behind them, where the export lets one say so; it knows no way to say none.
    const computedRows = signature.logitsToKeep ? Math.max(1, fed - firstPosition) : fed;
    return { fed, computedRows, firstRow: firstPosition - (fed - computedRows), wantedRows };
  }

  #tokenFeeds(run: TokenRun, { fed, computedRows }: PassPlan): Record<string, OrtTensor> {
    const { inputIds, attentionMask, positionIds, logitsToKeep } = this.#host.signature;
    const feeds: Record<string, OrtTensor> = {};
    feeds[inputIds] = run.kind === 'host' ? hostTokens(run.ids, fed) : this.#deviceTokens(run, fed);
    if (attentionMask !== null) {
      feeds[attentionMask] = this.#maskTensor(this.kvLength + fed);
    }
    if (positionIds !== null) {
      const positions = Array.from({ length: fed }, (_, index) => this.kvLength + index);
      feeds[positionIds] = int64Tensor(positions, [1, fed]);
    }
    if (logitsToKeep) feeds[logitsToKeep.name] = int64Tensor([computedRows], logitsToKeep.shape);
    return feeds;
  }

  #maskTensor(total: number): OrtTensor {
    if (this.#mask.length < total) this.#mask = new BigInt64Array(2 * total).fill(1n);
    return new OrtTensor('int64', this.#mask.subarray(0, total), [1, total]);
  }

  #deviceTokens(run: TokenRun & { kind: 'device' }, fed: number): OrtTensor {
    const { device, modelId } = this.#host;
    if (!device) throw new Error(`Tokens on the device were fed to ${modelId}, which runs on WASM`);
    let { buffer } = run;
    // A tensor begins where its buffer begins, and behind the run lies whatever the sampler keeps there.
    if (run.offset > 0 || fed > run.length) {
      buffer = this.#tokenBuffer(device, fed).buffer;
      const encoder = device.gpu.createCommandEncoder({ label: 'OrtSequence.deviceTokens' });
      encoder.copyBufferToBuffer(run.buffer, run.offset * int64Bytes, buffer, 0, run.length * int64Bytes);
      device.gpu.queue.submit([encoder.finish()]);
    }
    return OrtTensor.fromGpuBuffer(buffer, { dataType: 'int64', dims: [1, fed] });
  }

  /** Room for that many tokens; what was never written is token 0, the rest are tokens of earlier passes. */
  #tokenBuffer(device: EngineDevice, tokens: number): OwnedBuffer {
    const bytes = tokens * int64Bytes;
    if (this.#tokens && this.#tokens.bytes >= bytes) return this.#tokens;
    this.#tokens?.release();
    this.#tokens = device.buffers.create({
      owner: this.#owner,
      label: 'OrtSequence.tokens',
      bytes,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    return this.#tokens;
  }

  #logitsHandle(
    outputs: Readonly<Record<string, OrtTensor>>,
    logitsBuffer: OwnedBuffer | null,
    { computedRows, firstRow, wantedRows }: PassPlan,
  ): LogitsHandle | null {
    const { device, signature, readbacks } = this.#host;
    const { name, type, width } = signature.logits;
    const inBuffer = (owned: OwnedBuffer) =>
      new OwnedDeviceLogits({ device: device!, readbacks, owned, rows: wantedRows, width });
    if (wantedRows === 0) return null;
    if (device && logitsBuffer) {
      if (firstRow === 0) return inBuffer(logitsBuffer);
      const wanted = this.#logitsBuffers!.take(wantedRows);
      const rowBytes = width * Float32Array.BYTES_PER_ELEMENT;
      const encoder = device.gpu.createCommandEncoder({ label: 'OrtSequence.wantedRows' });
      encoder.copyBufferToBuffer(
        logitsBuffer.buffer,
        firstRow * rowBytes,
        wanted.buffer,
        0,
        wantedRows * rowBytes,
      );
      device.gpu.queue.submit([encoder.finish()]);
      logitsBuffer.release();
      return inBuffer(wanted);
    }
    const data = outputs[name]!.data;
    const values = type === 'float32' ? (data as Float32Array) : float16ToFloat32(data as ArrayLike<number>);
    if (wantedRows === computedRows) return hostLogits(values, wantedRows, width);
    // A copy, so that one row of a long prefill does not keep all of them.
    return hostLogits(values.slice(firstRow * width, (firstRow + wantedRows) * width), wantedRows, width);
  }
}

/** Padding repeats the last token: any would do. */
function hostTokens(ids: readonly TokenId[], fed: number): OrtTensor {
  const padding = Array.from({ length: fed - ids.length }, () => ids[ids.length - 1]!);
  return int64Tensor([...ids, ...padding], [1, fed]);
}

export function describeFeed([name, tensor]: [string, OrtTensor]): string {
  return `${name}: ${tensor.type} [${tensor.dims.join(', ')}] on ${tensor.location}`;
}

function contextFull(modelId: string, held: number, fed: number, contextLength: number): EngineError {
  return new EngineError(
    'context-full',
    `The context of ${modelId} is full: ${held} + ${fed} = ${held + fed} positions exceed its ${contextLength}. Shorten the prompt.`,
    { details: { modelId, positions: held + fed, contextLength } },
  );
}
