import { GrowingBuffer } from './growing-buffer.ts';
import { tileCount } from './plan-section.ts';
import { type SamplerKernels, storageBindings } from './sampler-kernels.ts';
import { layout } from './sampler-layout.ts';

const wordBytes = 4;
/** Offsets of a dynamic binding are multiples of this. */
const sectionAlignment = 256;

/** What a stretch of dispatches needs room for. */
export interface Room {
  readonly jobs?: number;
  readonly draws?: number;
  readonly pendings?: number;
  readonly textTokens?: number;
  readonly planWords?: number;
  readonly fedTokens?: number;
  /** Staged behind the record. */
  readonly listsBytes?: number;
}

/**
 * The buffers of one sampler: rows in slots, text, and the kernels' scratch space; and the one bind group over them.
 * Everything is used again round after round.
 *
 * A slot is a row [vocabSize] of logits or of weights, and its facts. Slots are handed out and taken back.
 */
export class SamplerMemory {
  readonly vocabSize: number;
  /** Plan sections that may be written before the commands that read them are submitted. */
  readonly planSections = 8;
  readonly #kernels: SamplerKernels;
  readonly #beforeGrowth: () => void;
  readonly #storage: Readonly<Record<(typeof storageBindings)[number], GrowingBuffer>>;
  readonly #plan: GrowingBuffer;
  readonly #staging: GrowingBuffer;
  readonly #feed: GrowingBuffer;
  readonly #freeSlots: number[] = [];
  #bindGroup: GPUBindGroup | null = null;

  /** @param beforeGrowth submits what has been recorded, since it names buffers that are about to be replaced */
  constructor(kernels: SamplerKernels, vocabSize: number, owner: string, beforeGrowth: () => void) {
    if (tileCount(vocabSize) > layout.maxTiles) {
      throw new RangeError(
        `A vocabulary of ${vocabSize} entries is too large: ${layout.maxTiles * layout.tileTokens} at most`,
      );
    }
    this.vocabSize = vocabSize;
    this.#kernels = kernels;
    this.#beforeGrowth = beforeGrowth;
    const { device } = kernels;
    const storageUsage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const create = (field: string, elementWords: number, capacity: number, keepsContent: boolean) =>
      new GrowingBuffer({
        device,
        owner,
        label: `SamplerMemory.${field}`,
        usage: storageUsage,
        headerBytes: field === 'record' ? layout.recordHeaderWords * wordBytes : 0,
        elementBytes: elementWords * wordBytes,
        capacity,
        keepsContent,
      });
    const firstSlots = 16;
    this.#storage = {
      rows: create('rows', vocabSize, firstSlots, true),
      slots: create('slots', layout.slotWords, firstSlots, true),
      selections: create('selections', layout.selectionWords, 4, false),
      races: create('races', layout.raceWords, 4, false),
      text: create('text', 2, 512, true),
      record: create('record', layout.judgedWords, 16, false),
    };
    this.#plan = new GrowingBuffer({
      device,
      owner,
      label: 'SamplerMemory.plan',
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
      elementBytes: this.planSections * sectionAlignment,
      capacity: 4,
      keepsContent: false,
    });
    this.#staging = new GrowingBuffer({
      device,
      owner,
      label: 'SamplerMemory.staging',
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      headerBytes: layout.recordHeaderWords * wordBytes,
      elementBytes: layout.judgedWords * wordBytes,
      capacity: 16,
      keepsContent: false,
    });
    this.#feed = new GrowingBuffer({
      device,
      owner,
      label: 'SamplerMemory.feed',
      usage: storageUsage,
      elementBytes: 2 * wordBytes,
      capacity: 32,
      keepsContent: false,
    });
    for (let slot = firstSlots - 1; slot >= 0; slot--) this.#freeSlots.push(slot);
  }

  get rows(): GPUBuffer {
    return this.#storage.rows.buffer;
  }

  /** int64 pairs: token, 0. */
  get text(): GPUBuffer {
    return this.#storage.text.buffer;
  }

  get record(): GPUBuffer {
    return this.#storage.record.buffer;
  }

  /** Where the record is copied to be mapped. */
  get staging(): GPUBuffer {
    return this.#staging.buffer;
  }

  /** What a member is fed from: a tensor begins where its buffer begins, so the end of the text is copied here. */
  get feed(): GPUBuffer {
    return this.#feed.buffer;
  }

  get plan(): GPUBuffer {
    return this.#plan.buffer;
  }

  /** Bytes of one plan section; the next one begins behind it. */
  get sectionBytes(): number {
    return this.#plan.capacity * sectionAlignment;
  }

  get rowBytes(): number {
    return this.vocabSize * wordBytes;
  }

  /** Bytes of a record of that many pending tokens. */
  recordBytes(pendings: number): number {
    return this.#storage.record.bytesOf(pendings);
  }

  takeSlot(): number {
    const free = this.#freeSlots.pop();
    if (free !== undefined) return free;
    const { rows, slots } = this.#storage;
    const before = rows.capacity;
    this.#grow(rows, before + 1);
    this.#grow(slots, before + 1);
    for (let slot = rows.capacity - 1; slot > before; slot--) this.#freeSlots.push(slot);
    return before;
  }

  freeSlot(slot: number): void {
    this.#freeSlots.push(slot);
  }

  /** Makes room; what is there already costs nothing. */
  reserve(room: Room): void {
    const { selections, races, record, text } = this.#storage;
    this.#grow(selections, room.jobs ?? 0);
    this.#grow(races, room.draws ?? 0);
    this.#grow(record, room.pendings ?? 0);
    const listed = Math.ceil((room.listsBytes ?? 0) / (layout.judgedWords * wordBytes));
    this.#grow(this.#staging, (room.pendings ?? 0) + listed);
    this.#grow(text, room.textTokens ?? 0);
    this.#grow(this.#feed, room.fedTokens ?? 0);
    this.#grow(this.#plan, Math.ceil(((room.planWords ?? 0) * wordBytes) / sectionAlignment));
  }

  get bindGroup(): GPUBindGroup {
    this.#bindGroup ??= this.#kernels.device.gpu.createBindGroup({
      label: 'SamplerMemory.bindGroup',
      layout: this.#kernels.bindGroupLayout,
      entries: [
        { binding: 0, resource: { buffer: this.plan, size: this.sectionBytes } },
        ...storageBindings.map((name, index) => ({
          binding: index + 1,
          resource: { buffer: this.#storage[name].buffer },
        })),
      ],
    });
    return this.#bindGroup;
  }

  release(): void {
    for (const name of storageBindings) this.#storage[name].release();
    this.#plan.release();
    this.#staging.release();
    this.#feed.release();
  }

  #grow(buffer: GrowingBuffer, elements: number): void {
    if (elements <= buffer.capacity) return;
    this.#beforeGrowth();
    buffer.grow(elements);
    this.#bindGroup = null;
  }
}
