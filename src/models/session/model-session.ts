import type { EngineDevice } from '../../gpu/device.ts';
import { ReadbackTally } from '../../gpu/readback-counter.ts';
import { AppendKvCache } from '../cache/append-kv-cache.ts';
import { CapacityKvCache } from '../cache/capacity-kv-cache.ts';
import { ConcatKvCache } from '../cache/concat-kv-cache.ts';
import { GpuKvCache } from '../cache/gpu-kv-cache.ts';
import type { KvCache } from '../cache/kv-cache.ts';
import type { PassBatching, Sequence } from '../causal-model.ts';
import type { BatchGains } from '../costs/batch-gains.ts';
import { noPadding, type PassPadding } from '../costs/pass-padding.ts';
import { bytesPerElement, type CacheLayout } from '../onnx/cache-layout.ts';
import { readSignature } from '../onnx/model-signature.ts';
import type { OnnxGraph } from '../onnx/onnx-graph.ts';
import type { ExternalFile } from '../onnx/prepare/prepare-graph.ts';
import { createOrtSession, ortQueue } from '../ort/ort.ts';
import { ortError } from '../ort/ort-errors.ts';
import { BatchedPasses } from './batched-passes.ts';
import { OrtSequence, type SequenceHost } from './ort-sequence.ts';

/** What a session is made of; `onnx` may be let go of afterwards. */
export interface SessionRequest {
  readonly modelId: string;
  readonly onnx: Uint8Array;
  /** Files that `onnx` refers to. */
  readonly externalFiles: readonly ExternalFile[];
  readonly graph: OnnxGraph;
  readonly contextLength: number;
  /** null for WASM. */
  readonly device: EngineDevice | null;
}

/** One ONNX Runtime session and the sequences opened on it. */
export class ModelSession {
  #host: SequenceHost;
  readonly #sequences = new Set<OrtSequence>();
  #opened = 0;
  #released: Promise<void> | null = null;

  private constructor(host: SequenceHost) {
    this.#host = host;
  }

  /** Throws `model-load`, `out-of-memory`, `device-lost`, or `model-unsupported` naming what is not understood. */
  static open(request: SessionRequest): Promise<ModelSession> {
    const { modelId, onnx, externalFiles, graph, contextLength, device } = request;
    return ortQueue.run(async () => {
      device?.throwIfUnusable();
      const session = await createOrtSession(onnx, externalFiles, device?.gpu ?? null).catch(
        async (failure) => {
          const cause = device ? await device.errorOf(failure) : failure;
          throw ortError(`Creating the session of ${modelId}`, cause, { modelId });
        },
      );
      try {
        const signature = readSignature(modelId, graph, session.inputMetadata, session.outputMetadata);
        return new ModelSession({
          modelId,
          session,
          signature,
          contextLength,
          device,
          padding: noPadding,
          batching: null,
          readbacks: new ReadbackTally(),
        });
      } catch (error) {
        await session.release();
        throw error;
      }
    });
  }

  get width(): number {
    return this.#host.signature.logits.width;
  }

  /** Of all passes so far, and of the logits they gave. */
  get readbacks(): number {
    return this.#host.readbacks.count;
  }

  get cacheKind(): CacheLayout['kind'] {
    return this.#host.signature.cache.kind;
  }

  /** Of one row of a text's cache, keys and values of all layers. */
  get cacheRowBytes(): number {
    const { tensors, type } = this.#host.signature.cache;
    return tensors.reduce((sum, { heads, headSize }) => sum + heads * headSize * bytesPerElement(type), 0);
  }

  /** float16 where logits or cache are: the graph computes with it. */
  get floatType(): 'float32' | 'float16' {
    const { logits, cache } = this.#host.signature;
    return logits.type === 'float16' || cache.type === 'float16' ? 'float16' : 'float32';
  }

  /** Pads the passes of sequences opened from now on. Answers the padding in use: a cache that is concatenated takes none. */
  padPasses(padding: PassPadding): PassPadding {
    // Cutting padding off such a cache is a copy of all of it.
    if (this.cacheKind !== 'concat') this.#host = { ...this.#host, padding };
    return this.#host.padding;
  }

  /**
   * Has sequences opened from now on offer passes over several texts, with what is known of their gains.
   * @returns null where the graph or its cache takes one text only
   */
  batchPasses(gains: BatchGains): PassBatching | null {
    const { device, signature } = this.#host;
    if (device || this.cacheKind !== 'append' || !signature.supportsBatching) return null;
    const batching = new BatchedPasses(this.#host, gains);
    this.#host = { ...this.#host, batching };
    return batching;
  }

  openSequence(): Sequence {
    if (this.#released !== null)
      throw new Error(`A sequence was opened on ${this.#host.modelId} after dispose`);
    this.#opened += 1;
    const owner = `${this.#host.modelId}#${this.#opened}`;
    const sequence = new OrtSequence(this.#host, this.#openCache(owner), owner, (disposed) => {
      this.#sequences.delete(disposed);
    });
    this.#sequences.add(sequence);
    return sequence;
  }

  /** Disposes every sequence, then releases the session. */
  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    for (const sequence of this.#sequences) sequence.dispose();
    await ortQueue.run(() => this.#host.session.release());
  }

  #openCache(owner: string): KvCache {
    const { device, signature, contextLength } = this.#host;
    if (signature.cache.kind === 'concat') return new ConcatKvCache(signature.cache);
    if (signature.cache.kind === 'append') return new AppendKvCache(signature.cache, contextLength);
    return device
      ? new GpuKvCache(device, signature.cache, `${owner}.kv`, contextLength)
      : new CapacityKvCache(signature.cache, contextLength);
  }
}
