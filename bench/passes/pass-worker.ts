import { expose } from 'comlink';
import type { OrtBuild } from '../../src/host/host.ts';
import type { Sequence } from '../../src/models/causal-model.ts';
import { forceOrtBuild, forceSessionOptions } from '../../src/models/ort/ort.ts';
import type { LoadedCausalModel } from '../../src/models/session/ort-causal-model.ts';
import { ModelRuntime } from '../../src/models/session/runtime.ts';
import { tokenId } from '../../src/tokens/token-id.ts';
import { type CopiedBytes, countHeapTraffic, heapBytes, takeCopiedBytes } from './heap-traffic.ts';

/** What a worker runs: one model in one build of ONNX Runtime. */
export interface PassSetting {
  readonly build: OrtBuild;
  readonly backend: 'wasm' | 'webgpu';
  readonly threads: number;
  readonly preparation: 'auto' | 'never';
  /** Of ONNX Runtime's session, besides the engine's own. */
  readonly sessionOptions: Parameters<typeof forceSessionOptions>[0];
  /** Several are loaded one after the other; passes are run on the last. */
  readonly modelUrls: readonly string[];
  readonly contextLength: number;
  readonly vocabSize: number;
}

const idOf = (index: number, vocabSize: number) => tokenId((index * 7919 + 13) % vocabSize);

/** Times single passes, one call each, so that several workers can take turns. */
export class PassTimer {
  #sequence: Sequence | null = null;
  /** For passes over two texts. */
  #second: Sequence | null = null;
  #model: LoadedCausalModel | null = null;
  #setting: PassSetting | null = null;

  /** Milliseconds until the models are ready, their files left out, and what there is to tell of them. */
  async open(
    setting: PassSetting,
  ): Promise<{ loadMs: number; notes: readonly string[]; heapBytes: readonly number[] }> {
    countHeapTraffic();
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: setting.threads });
    forceOrtBuild(setting.build);
    forceSessionOptions(setting.sessionOptions);
    const runtime = await ModelRuntime.open(setting.backend, { preparation: setting.preparation });
    const { contextLength, vocabSize } = setting;
    const notes: string[] = [];
    const heap: number[] = [];
    let loadMs = 0;
    for (const url of setting.modelUrls) {
      const onnx = new Uint8Array(await (await fetch(url)).arrayBuffer());
      const started = performance.now();
      // Measurements of another run must not spare this one anything.
      const sha256 = crypto.randomUUID();
      this.#model = await runtime.loadModel({ id: url, onnx, sha256, contextLength, vocabSize });
      loadMs += performance.now() - started;
      notes.push(...this.#model.notes);
      heap.push(heapBytes());
    }
    this.#setting = setting;
    return { loadMs, notes, heapBytes: heap };
  }

  /** Brings the cache to `past` valid rows, that of the second text to `secondPast`. */
  async fill(past: number, secondPast: number | null = null): Promise<void> {
    this.#sequence?.dispose();
    this.#second?.dispose();
    this.#sequence = await this.#filled(past);
    this.#second = secondPast === null ? null : await this.#filled(secondPast);
  }

  async #filled(past: number): Promise<Sequence> {
    const { vocabSize } = this.#setting!;
    const sequence = this.#model!.openSequence();
    for (let from = 0; from < past; from += 256) {
      const length = Math.min(256, past - from);
      const ids = Array.from({ length }, (_, index) => idOf(from + index, vocabSize));
      await sequence.forward({ kind: 'host', length, ids }, 'none');
    }
    return sequence;
  }

  /** Milliseconds of a pass over `width` tokens of each of two texts, in one pass or in two; the last rows are wanted. */
  async timeTwo(width: number, repeats: number, isTogether: boolean): Promise<number> {
    const sequences = [this.#sequence!, this.#second!];
    const pasts = sequences.map(({ kvLength }) => kvLength);
    const ids = Array.from({ length: width }, (_, index) => idOf(index + 1000, this.#setting!.vocabSize));
    const run = { kind: 'host', length: width, ids } as const;
    const started = performance.now();
    for (let repeat = 0; repeat < repeats; repeat++) {
      if (isTogether) {
        const passes = sequences.map((sequence) => ({ sequence, run }));
        await sequences[0]!.batching!.forward(passes, 'last');
      } else {
        for (const sequence of sequences) await sequence.forward(run, 'last');
      }
      for (const [text, sequence] of sequences.entries()) sequence.rollback(pasts[text]!);
    }
    return (performance.now() - started) / repeats;
  }

  /** What one pass over `width` tokens copies into the WebAssembly heap and out of it. */
  async copied(width: number, wanted: 'all' | 'last'): Promise<CopiedBytes & { heapBytes: number }> {
    takeCopiedBytes();
    await this.time(width, 1, wanted);
    return { ...takeCopiedBytes(), heapBytes: heapBytes() };
  }

  /** Milliseconds a pass over `width` tokens takes, of `repeats` in a row; the rows of the last are brought to the host. */
  async time(width: number, repeats: number, wanted: 'all' | 'last'): Promise<number> {
    const sequence = this.#sequence!;
    const past = sequence.kvLength;
    const ids = Array.from({ length: width }, (_, index) => idOf(index + 1000, this.#setting!.vocabSize));
    const started = performance.now();
    for (let repeat = 0; repeat < repeats; repeat++) {
      const logits = await sequence.forward({ kind: 'host', length: width, ids }, wanted);
      if (repeat === repeats - 1) await logits.toHost();
      logits.dispose();
      sequence.rollback(past);
    }
    return (performance.now() - started) / repeats;
  }
}

expose(new PassTimer());
