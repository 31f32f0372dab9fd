import { type PlanConstants, type PlanSection, tileCount, writePlan } from './plan-section.ts';
import type { KernelName, SamplerKernels } from './sampler-kernels.ts';
import { type Room, SamplerMemory } from './sampler-memory.ts';

/** One kernel: `wide` spreads each item over the tiles of a row. */
export interface Dispatch {
  readonly kernel: KernelName;
  readonly items: number;
  readonly wide: boolean;
}

export const wide = (kernel: KernelName, items: number): Dispatch => ({ kernel, items, wide: true });
export const narrow = (kernel: KernelName, items: number): Dispatch => ({ kernel, items, wide: false });

/**
 * Records a sampler's commands and submits them together: what a draft step does between two forwards is one submit.
 * Buffers handed to `whenSubmitted` live until then.
 */
export class CommandStream {
  readonly memory: SamplerMemory;
  readonly #kernels: SamplerKernels;
  readonly #constants: PlanConstants;
  #encoder: GPUCommandEncoder | null = null;
  #usedSections = 0;
  #afterwards: (() => void)[] = [];

  constructor(kernels: SamplerKernels, constants: PlanConstants, owner: string) {
    this.#kernels = kernels;
    this.#constants = constants;
    this.memory = new SamplerMemory(kernels, constants.vocabSize, owner, () => this.flush());
  }

  get #queue(): GPUQueue {
    return this.#kernels.device.gpu.queue;
  }

  copy(from: GPUBuffer, fromByte: number, to: GPUBuffer, toByte: number, bytes: number): void {
    this.#open().copyBufferToBuffer(from, fromByte, to, toByte, bytes);
  }

  /** Writes from the host behind everything recorded so far. */
  write(to: GPUBuffer, toByte: number, data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): void {
    this.flush();
    this.#queue.writeBuffer(to, toByte, data);
  }

  whenSubmitted(release: () => void): void {
    this.#afterwards.push(release);
  }

  /** Records a compute pass over one plan section. Needs room beyond jobs, draws and plan in `room`. */
  run(section: PlanSection, dispatches: readonly Dispatch[], room: Room = {}): void {
    const words = writePlan(section, this.#constants);
    this.memory.reserve({
      ...room,
      jobs: section.jobs?.length ?? 0,
      draws: section.draws?.length ?? 0,
      planWords: words.length,
    });
    if (this.#usedSections === this.memory.planSections) this.flush();
    // Writes overtake commands that are not submitted yet, so every pass until then has a section of its own.
    const offset = this.#usedSections * this.memory.sectionBytes;
    this.#usedSections += 1;
    this.#queue.writeBuffer(this.memory.plan, offset, words);
    const tiles = tileCount(this.memory.vocabSize);
    const pass = this.#open().beginComputePass({ label: 'CommandStream.run' });
    pass.setBindGroup(0, this.memory.bindGroup, [offset]);
    for (const { kernel, items, wide } of dispatches) {
      if (items === 0) continue;
      pass.setPipeline(this.#kernels.pipeline(kernel));
      if (wide) pass.dispatchWorkgroups(tiles, items);
      else pass.dispatchWorkgroups(items);
    }
    pass.end();
  }

  /** Submits what was recorded. */
  flush(): void {
    if (this.#encoder) this.#queue.submit([this.#encoder.finish()]);
    this.#encoder = null;
    this.#usedSections = 0;
    for (const release of this.#afterwards.splice(0)) release();
  }

  /** Forgets what was recorded and frees everything. */
  dispose(): void {
    this.#encoder = null;
    for (const release of this.#afterwards.splice(0)) release();
    this.memory.release();
  }

  #open(): GPUCommandEncoder {
    this.#encoder ??= this.#kernels.device.gpu.createCommandEncoder({ label: 'CommandStream.encoder' });
    return this.#encoder;
  }
}
