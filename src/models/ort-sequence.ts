import { EngineError } from '../errors/engine-error.ts';
import type { OwnedBuffer } from '../gpu/buffer-registry.ts';
import type { EngineDevice } from '../gpu/device.ts';
import type { LogitsHandle, Sequence, TokenRun, WantedRows } from './causal-model.ts';
import { float16ToFloat32 } from './float16.ts';
import { int64Tensor } from './host-tensors.ts';
import type { KvCache } from './kv-cache.ts';
import { LogitsBuffers } from './logits-buffers.ts';
import { hostLogits, OwnedDeviceLogits } from './logits-handles.ts';
import type { ModelSignature } from './model-signature.ts';
import { type OrtSession, OrtTensor, ortQueue } from './ort.ts';
import { ortError } from './ort-errors.ts';

/** What a sequence needs of the model it was opened on. */
export interface SequenceHost {
  readonly modelId: string;
  readonly session: OrtSession;
  readonly signature: ModelSignature;
  readonly contextLength: number;
  /** null on WASM. */
  readonly device: EngineDevice | null;
}

const int64Bytes = 8;

/** A failed run otherwise prints its message on the console besides throwing it; 4: fatal only. */
const runOptions = { logSeverityLevel: 4 } as const;

/** One KV cache on a session. Passes are queued; `kvLength` is that of the passes that have ended. */
export class OrtSequence implements Sequence {
  readonly #host: SequenceHost;
  readonly #cache: KvCache;
  readonly #onDispose: (sequence: OrtSequence) => void;
  readonly #owner: string;
  /** null on WASM. */
  readonly #logitsBuffers: LogitsBuffers | null;
  #waitingPasses = 0;
  #disposed = false;

  constructor(host: SequenceHost, cache: KvCache, owner: string, onDispose: (sequence: OrtSequence) => void) {
    this.#host = host;
    this.#cache = cache;
    this.#owner = owner;
    this.#onDispose = onDispose;
    const { device, signature } = host;
    this.#logitsBuffers = device
      ? new LogitsBuffers(device, `${owner}.logits`, signature.logits.width)
      : null;
  }

  get kvLength(): number {
    return this.#cache.length;
  }

  forward(run: TokenRun, wanted: 'all' | 'last'): Promise<LogitsHandle>;
  forward(run: TokenRun, wanted: WantedRows): Promise<LogitsHandle | null>;
  async forward(run: TokenRun, wanted: WantedRows): Promise<LogitsHandle | null> {
    this.#waitingPasses += 1;
    try {
      return await ortQueue.run(() => this.#pass(run, wanted));
    } finally {
      this.#waitingPasses -= 1;
      if (this.#disposed && this.#waitingPasses === 0) this.#freeMemory();
    }
  }

  rollback(length: number): void {
    if (this.#waitingPasses > 0) throw new Error('A sequence cannot be rolled back during a pass');
    if (!Number.isInteger(length) || length < 0 || length > this.kvLength) {
      throw new RangeError(`Cannot roll back to ${length}: the cache holds ${this.kvLength} positions`);
    }
    this.#cache.rollback(length);
  }

  /** Frees the cache; passes that wait end first, and logits live until their own handle is disposed. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#onDispose(this);
    if (this.#waitingPasses === 0) this.#freeMemory();
  }

  #freeMemory(): void {
    this.#cache.dispose();
    this.#logitsBuffers?.dispose();
  }

  async #pass(run: TokenRun, wanted: WantedRows): Promise<LogitsHandle | null> {
    const { session, device, modelId, contextLength } = this.#host;
    if (this.#disposed) throw new Error(`A sequence of ${modelId} was used after dispose`);
    if (run.length < 1) throw new RangeError('A pass needs at least one token');
    const total = this.kvLength + run.length;
    if (total > contextLength) throw contextFull(modelId, this.kvLength, run.length, contextLength);
    device?.throwIfUnusable();

    const temporary: OwnedBuffer[] = [];
    let logitsBuffer: OwnedBuffer | null = null;
    let feeds: Record<string, OrtTensor> = {};
    try {
      const binding = await this.#cache.bind(run.length);
      const computedRows = this.#computedRows(run.length, wanted);
      feeds = { ...binding.feeds, ...this.#tokenFeeds(run, total, wanted, temporary) };
      const fetches: Record<string, OrtTensor | null> = { ...binding.fetches };
      const { logits } = this.#host.signature;
      if (wanted !== 'none') {
        if (this.#logitsBuffers && logits.type === 'float32') {
          logitsBuffer = this.#logitsBuffers.take(computedRows);
          fetches[logits.name] = OrtTensor.fromGpuBuffer(logitsBuffer.buffer, {
            dataType: 'float32',
            dims: [1, computedRows, logits.width],
          });
        } else fetches[logits.name] = null;
      }
      const outputs = await session.run(feeds, fetches, runOptions);
      device?.throwIfUnusable();
      const handle = this.#logitsHandle(outputs, logitsBuffer, computedRows, wanted);
      this.#cache.commit(outputs, run.length);
      return handle;
    } catch (failure) {
      logitsBuffer?.release();
      device?.throwIfUnusable();
      throw ortError(`A pass of ${modelId} over ${run.length} tokens`, failure, {
        modelId,
        feeds: Object.entries(feeds).map(describeFeed),
      });
    } finally {
      for (const buffer of temporary) buffer.release();
    }
  }

  /** Rows of logits that the graph computes: those wanted, where the export lets one say so. */
  #computedRows(tokens: number, wanted: WantedRows): number {
    return this.#host.signature.logitsToKeep && wanted !== 'all' ? 1 : tokens;
  }

  #tokenFeeds(
    run: TokenRun,
    total: number,
    wanted: WantedRows,
    temporary: OwnedBuffer[],
  ): Record<string, OrtTensor> {
    const { inputIds, attentionMask, positionIds, logitsToKeep } = this.#host.signature;
    const feeds: Record<string, OrtTensor> = {};
    feeds[inputIds] =
      run.kind === 'host' ? int64Tensor(run.ids, [1, run.length]) : this.#deviceTokens(run, temporary);
    if (attentionMask !== null) {
      feeds[attentionMask] = new OrtTensor('int64', new BigInt64Array(total).fill(1n), [1, total]);
    }
    if (positionIds !== null) {
      const positions = Array.from({ length: run.length }, (_, index) => this.kvLength + index);
      feeds[positionIds] = int64Tensor(positions, [1, run.length]);
    }
    if (logitsToKeep) {
      feeds[logitsToKeep.name] = int64Tensor([wanted === 'all' ? 0 : 1], logitsToKeep.shape);
    }
    return feeds;
  }

  #deviceTokens(run: TokenRun & { kind: 'device' }, temporary: OwnedBuffer[]): OrtTensor {
    const { device, modelId } = this.#host;
    if (!device) throw new Error(`Tokens on the device were fed to ${modelId}, which runs on WASM`);
    let buffer = run.buffer;
    if (run.offset > 0) {
      // A tensor begins where its buffer begins.
      const bytes = run.length * int64Bytes;
      const copy = device.buffers.create({
        owner: this.#owner,
        label: 'OrtSequence.tokens',
        bytes,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
      temporary.push(copy);
      const encoder = device.gpu.createCommandEncoder({ label: 'OrtSequence.deviceTokens' });
      encoder.copyBufferToBuffer(run.buffer, run.offset * int64Bytes, copy.buffer, 0, bytes);
      device.gpu.queue.submit([encoder.finish()]);
      buffer = copy.buffer;
    }
    return OrtTensor.fromGpuBuffer(buffer, { dataType: 'int64', dims: [1, run.length] });
  }

  #logitsHandle(
    outputs: Readonly<Record<string, OrtTensor>>,
    logitsBuffer: OwnedBuffer | null,
    rows: number,
    wanted: WantedRows,
  ): LogitsHandle | null {
    const { device, signature } = this.#host;
    const { name, type, width } = signature.logits;
    if (wanted === 'none') return null;
    if (device && logitsBuffer) {
      if (wanted === 'all' || rows === 1) return new OwnedDeviceLogits(device, logitsBuffer, rows, width);
      const last = this.#logitsBuffers!.take(1);
      const rowBytes = width * Float32Array.BYTES_PER_ELEMENT;
      const encoder = device.gpu.createCommandEncoder({ label: 'OrtSequence.lastRow' });
      encoder.copyBufferToBuffer(logitsBuffer.buffer, (rows - 1) * rowBytes, last.buffer, 0, rowBytes);
      device.gpu.queue.submit([encoder.finish()]);
      logitsBuffer.release();
      return new OwnedDeviceLogits(device, last, 1, width);
    }
    const data = outputs[name]!.data;
    const values = type === 'float32' ? (data as Float32Array) : float16ToFloat32(data as ArrayLike<number>);
    if (wanted === 'all' || rows === 1) return hostLogits(values, rows, width);
    return hostLogits(values.slice((rows - 1) * width), 1, width);
  }
}

function describeFeed([name, tensor]: [string, OrtTensor]): string {
  return `${name}: ${tensor.type} [${tensor.dims.join(', ')}] on ${tensor.location}`;
}

function contextFull(modelId: string, held: number, fed: number, contextLength: number): EngineError {
  return new EngineError(
    'context-full',
    `The context of ${modelId} is full: ${held} positions held and ${fed} more make ${held + fed}, it takes ${contextLength}. Shorten the prompt.`,
    { details: { modelId, positions: held + fed, contextLength } },
  );
}
