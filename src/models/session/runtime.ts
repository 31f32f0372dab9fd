import { SerialQueue } from '../../concurrency/serial-queue.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { type DeviceOptions, type EngineDevice, openDevice } from '../../gpu/device.ts';
import type { BackendKind, VerificationNoise } from '../causal-model.ts';
import type { WeightsTarget } from '../files/weights-choice.ts';
import { quantisedActivationOperators, withFloat32Activations } from '../onnx/activation-precision.ts';
import { contextLimit } from '../onnx/context-limit.ts';
import { type OnnxGraph, readOnnxGraph } from '../onnx/onnx-graph.ts';
import {
  type ExternalFile,
  type PreparationStep,
  type PreparedGraph,
  prepareGraph,
} from '../onnx/prepare/prepare-graph.ts';
import { needOrtWithGpu, ortThreads } from '../ort/ort.ts';
import {
  type CheckedSession,
  type CheckedSessionRequest,
  type LoadStage,
  openCheckedSession,
} from './checked-session.ts';
import { type HeapUse, readHeapUse, roomForUnpacked, withUnpacked } from './heap-use.ts';
import { type LoadedCausalModel, OrtCausalModel } from './ort-causal-model.ts';
import { minCheckedContext } from './self-check.ts';

/** A model's file and what its configuration says of it. */
export interface ModelSource {
  readonly id: string;
  readonly onnx: Uint8Array;
  /** Files that `onnx` keeps weights in; default: none. */
  readonly externalFiles?: readonly ExternalFile[];
  /** Of all its files. */
  readonly sha256: string;
  /** As the configuration says; null where it does not. */
  readonly contextLength: number | null;
  /** Entries of the tokenizer's vocabulary without those added behind it; logits rows may be wider. */
  readonly vocabSize: number;
}

/** With the context that the file has positions for. */
type LimitedSource = ModelSource & { readonly contextLength: number };

export interface ModelLoadOptions {
  /** Ends the load: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onStage?: (stage: LoadStage) => void;
}

export interface RuntimeOptions {
  /** For tests: `auto` takes a software adapter, too. */
  readonly allowSoftware?: boolean;
  /** For tests of the self-check. */
  readonly subgroups?: DeviceOptions['subgroups'];
  /** Told when the device is lost; `reopen` replaces it. */
  readonly onLost?: (error: EngineError) => void;
  /** Whether graphs are prepared for their backend; `never` is for comparisons. */
  readonly preparation?: 'auto' | 'never';
}

const onWasmInstead = 'It runs on WASM instead.';

/** What is done to a graph for this device. */
function stepsFor({ hasShaderF16 }: EngineDevice): readonly PreparationStep[] {
  return hasShaderF16 ? ['logits'] : ['logits', 'half-tables'];
}

/** Where models run: decides on a backend and opens models on it. */
export class ModelRuntime {
  readonly #choice: 'auto' | BackendKind;
  readonly #preparation: 'auto' | 'never';
  readonly #onLost: (error: EngineError) => void;
  readonly #models = new Set<OrtCausalModel>();
  /** What the models on WASM take of the heap they share. */
  readonly #heapUse = new Map<OrtCausalModel, HeapUse>();
  /** One load at a time: a load may replace the device. */
  readonly #loads = new SerialQueue();
  /** What a device is asked for; without subgroups once a self-check has failed with them. */
  #deviceOptions: DeviceOptions;
  /** null: models run on WASM. */
  #device: EngineDevice | null = null;
  #backendReason = 'WASM, as asked for.';
  #closed = false;

  private constructor(choice: 'auto' | BackendKind, options: RuntimeOptions) {
    this.#choice = choice;
    this.#preparation = options.preparation ?? 'auto';
    this.#onLost = options.onLost ?? (() => {});
    this.#deviceOptions = {
      allowSoftware: options.allowSoftware ?? choice === 'webgpu',
      subgroups: options.subgroups ?? 'auto',
    };
  }

  /**
   * `auto` takes WebGPU where a hardware adapter offers it, until a model's self-check says otherwise; `webgpu`
   * takes a software adapter too. Throws `invalid-request` where
   * WebGPU was asked for and is not to be had.
   */
  static async open(choice: 'auto' | BackendKind, options: RuntimeOptions = {}): Promise<ModelRuntime> {
    const runtime = new ModelRuntime(choice, options);
    if (choice === 'wasm') return runtime;
    const missing = await runtime.#openDevice();
    if (missing === null || choice === 'auto') return runtime;
    throw new EngineError(
      'invalid-request',
      `The webgpu backend was requested but is not available: ${missing}. Use auto or wasm.`,
      { details: { backend: choice, reason: missing } },
    );
  }

  /**
   * Replaces a lost device. Models that ran on it are disposed, those on WASM stay. With `auto`, models run on WASM from
   * then on where no other device is available.
   * @throws EngineError `device-lost` where WebGPU was requested and no other device is available
   */
  reopen(): Promise<void> {
    return this.#loads.run(async () => {
      const lost = this.#device;
      if (!lost || this.#closed) return;
      this.#device = null;
      const onDevice = [...this.#models].filter(({ backend }) => backend === 'webgpu');
      await Promise.allSettled(onDevice.map((model) => model.dispose()));
      lost.close();
      const missing = await this.#openDevice();
      if (missing === null || this.#choice === 'auto') return;
      this.#device = lost;
      throw new EngineError(
        'device-lost',
        `The GPU device of ${lost.adapterName} was lost, and no other is available: ${missing}. Try again later, or use auto or wasm.`,
        { details: { adapter: lost.adapterName, reason: missing } },
      );
    });
  }

  /** Backend of the models loaded next; a self-check may turn it from webgpu to wasm. */
  get backend(): BackendKind {
    return this.#device ? 'webgpu' : 'wasm';
  }

  /** Why this backend, in a sentence for the user. */
  get backendReason(): string {
    return this.#backendReason;
  }

  /** What to choose weights for. */
  get weightsTarget(): WeightsTarget {
    return { backend: this.backend, hasShaderF16: this.#device?.hasShaderF16 ?? false };
  }

  /** What WASM may still unpack weights to. */
  get unpackedBytesLeft(): number {
    return roomForUnpacked([...this.#heapUse.values()]);
  }

  /** The device that models run on, for samplers that work beside them; null on WASM. */
  get device(): EngineDevice | null {
    return this.#device;
  }

  /** Threads of the WASM backend. */
  get threads(): number {
    return ortThreads();
  }

  liveGpuBuffers(): number {
    return this.#device?.buffers.liveBuffers ?? 0;
  }

  liveGpuBytes(): number {
    return this.#device?.buffers.liveBytes ?? 0;
  }

  /** Owners of the GPU buffers alive, one entry per buffer. */
  gpuBufferOwners(): string[] {
    return this.#device?.buffers.owners() ?? [];
  }

  /**
   * Opens a model. Throws `integrity` (no ONNX file), `model-unsupported`, `vocabulary-mismatch`, `model-load`,
   * `out-of-memory`, `device-lost`, or the signal's reason.
   */
  loadModel(source: ModelSource, options: ModelLoadOptions = {}): Promise<LoadedCausalModel> {
    return this.#loads.run(() => this.#load(source, options));
  }

  /** Disposes every model and gives the device back. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(Array.from(this.#models, (model) => model.dispose()));
    this.#device?.close();
  }

  /** @returns null, or why WebGPU is not used */
  async #openDevice(): Promise<string | null> {
    const answer = await openDevice(this.#deviceOptions);
    if (answer.kind === 'none') {
      this.#backendReason = `WASM, because WebGPU is not used: ${answer.reason}.`;
      return answer.reason;
    }
    const { device } = answer;
    needOrtWithGpu();
    this.#device = device;
    this.#backendReason = webgpuReason(device);
    void device.lost.then((error) => {
      if (this.#device === device) this.#onLost(error);
    });
    return null;
  }

  async #load(given: ModelSource, options: ModelLoadOptions): Promise<LoadedCausalModel> {
    if (this.#closed) throw closedError(given.id);
    const graph = readOnnxGraph(given.onnx);
    const limit = contextLimit(given);
    const source: LimitedSource = { ...given, contextLength: limit.contextLength };
    refuseUnusable(source, graph);
    const notes = [...activationNotes(graph), ...limit.notes];
    const request = {
      modelId: source.id,
      sha256: source.sha256,
      contextLength: source.contextLength,
      vocabSize: source.vocabSize,
      ...options,
    };
    let device = this.#device;
    const forDevice = device ? this.#prepare(source, graph, stepsFor(device)) : null;
    while (device && forDevice) {
      const checked = await this.#openOnDevice({ ...request, ...forDevice, device }, notes);
      if (checked === null) {
        // The device may well open other models: it stays for them.
        notes.push(onWasmInstead);
        break;
      }
      if (!checked.gross) return this.#keep(source, checked, device, notes);
      await checked.session.release();
      notes.push(disagreementNote(source.id, device, checked.noise));
      device = await this.#nextDevice(device, notes);
    }
    const prepared = this.#prepare(source, graph, ['logits', 'weights', 'lookups', 'attention']);
    notes.push(...prepared.notes);
    const checked = await openCheckedSession({ ...request, ...prepared, device: null });
    if (!Number.isFinite(checked.noise.maxLogitDifference)) {
      await checked.session.release();
      throw new EngineError(
        'model-load',
        `Model ${source.id} computes logits that are not finite, on WASM too. Choose another export or dtype.`,
        { details: { modelId: source.id } },
      );
    }
    if (checked.gross) notes.push(disagreementNote(source.id, null, checked.noise));
    return this.#keep(source, checked, null, notes, prepared.heapUse);
  }

  /** What a session is created from: the graph as its backend runs it best. */
  #prepare(
    source: LimitedSource,
    graph: OnnxGraph,
    steps: readonly PreparationStep[],
  ): ReturnType<typeof asExported> & Pick<PreparedGraph, 'notes'> & { heapUse: HeapUse } {
    const packed = readHeapUse(source);
    if (this.#preparation === 'never') {
      return { ...asExported(source.onnx, graph, source.externalFiles), notes: [], heapUse: packed };
    }
    const prepared = prepareGraph(source.onnx, {
      externalFiles: source.externalFiles ?? [],
      unpackedBytesLimit: roomForUnpacked([...this.#heapUse.values(), packed]),
      steps,
    });
    return {
      ...asExported(prepared.onnx, readOnnxGraph(prepared.onnx), prepared.externalFiles),
      preparation: prepared.steps.map((step) => `${step}-3`).join('-'),
      notes: prepared.notes,
      heapUse: withUnpacked(packed, prepared.extraBytes),
    };
  }

  /** @returns null where the device does not open this model and WASM may run it instead */
  async #openOnDevice(
    request: Parameters<typeof openCheckedSession>[0],
    notes: string[],
  ): Promise<CheckedSession | null> {
    try {
      return await openCheckedSession(request);
    } catch (error) {
      const mayMove =
        error instanceof EngineError && (error.code === 'model-load' || error.code === 'model-unsupported');
      if (this.#choice !== 'auto' || !mayMove) throw error;
      notes.push(`WebGPU could not open ${request.modelId}: ${error.message}`);
      return null;
    }
  }

  /** After a self-check failed on `device`: a device without subgroups, or null for WASM. */
  async #nextDevice(device: EngineDevice, notes: string[]): Promise<EngineDevice | null> {
    const why = notes.at(-1) ?? '';
    if (this.#models.size > 0) {
      // Other models live on this device, and work there: only this one moves.
      notes.push(onWasmInstead);
      return null;
    }
    device.close();
    this.#device = null;
    if (device.usesSubgroups) {
      this.#deviceOptions = { ...this.#deviceOptions, subgroups: 'never' };
      if ((await this.#openDevice()) === null) {
        this.#backendReason += ` ${why}`;
        return this.#device;
      }
    }
    this.#backendReason = `WASM, because: ${why}`;
    return null;
  }

  async #keep(
    source: LimitedSource,
    checked: CheckedSession,
    device: EngineDevice | null,
    notes: readonly string[],
    heapUse: HeapUse | null = null,
  ): Promise<LoadedCausalModel> {
    if (this.#closed) {
      await checked.session.release();
      throw closedError(source.id);
    }
    const model = new OrtCausalModel({
      id: source.id,
      backend: device ? 'webgpu' : 'wasm',
      contextLength: source.contextLength,
      noise: checked.noise,
      costs: checked.costs,
      batchShare: checked.batchShare,
      notes: [
        ...notes,
        ...unansweredNotes(checked.unanswered),
        ...(checked.session.cacheKind === 'concat' ? [concatNote(device)] : []),
      ],
      session: checked.session,
      onDispose: (disposed) => {
        this.#models.delete(disposed);
        this.#heapUse.delete(disposed);
      },
    });
    this.#models.add(model);
    if (heapUse) this.#heapUse.set(model, heapUse);
    return model;
  }
}

/** What a session is created from where the graph stays as it is. */
function asExported(
  onnx: Uint8Array,
  graph: OnnxGraph,
  externalFiles: readonly ExternalFile[] = [],
): Pick<CheckedSessionRequest, 'onnx' | 'externalFiles' | 'graph' | 'preparation'> {
  return { onnx: withFloat32Activations(onnx, graph), externalFiles, graph, preparation: '' };
}

function refuseUnusable(source: LimitedSource, graph: OnnxGraph): void {
  const { id, contextLength, vocabSize } = source;
  const refuse = (problem: string, next: string) => {
    throw new EngineError('model-unsupported', `Model ${id} ${problem}; ${next}`, {
      details: { modelId: id, contextLength, vocabSize, problems: [problem] },
    });
  };
  const given = new Set(source.externalFiles?.map(({ path }) => path));
  const missing = graph.externalFiles.filter((path) => !given.has(path));
  if (missing.length > 0) refuse(`needs the weights file ${missing.join(', ')}`, 'pass that file too.');
  if (contextLength < minCheckedContext) {
    refuse(`has a context of ${contextLength} tokens`, `the minimum is ${minCheckedContext}.`);
  }
}

function closedError(modelId: string): EngineError {
  return new EngineError('worker-lost', `The engine was closed while ${modelId} was loading: connect again`, {
    details: { modelId },
  });
}

function concatNote(device: EngineDevice | null): string {
  const way = device ? ', through main memory, and waits for the GPU each time' : '';
  return `Its export copies the whole cache in every pass${way}, so long texts are slow.`;
}

function unansweredNotes(unanswered: ReadonlyMap<string, number>): string[] {
  if (unanswered.size === 0) return [];
  const counts = Array.from(unanswered, ([operator, count]) => `${count} × ${operator}`);
  return [
    `No known answer checks ${counts.join(', ')}: the self-check alone says whether the model runs as it should.`,
  ];
}

function activationNotes(graph: OnnxGraph): string[] {
  const operators = quantisedActivationOperators(graph);
  if (operators.length === 0) return [];
  return [
    `It rounds activations to int8 (${operators.join(', ')}), so speculative decoding follows a noisier distribution than plain decoding; the q4 export does not.`,
  ];
}

function webgpuReason(device: EngineDevice): string {
  return `WebGPU on ${device.adapterName}${device.isSoftware ? ' (a software adapter, as requested)' : ''}.`;
}

function disagreementNote(modelId: string, device: EngineDevice | null, noise: VerificationNoise): string {
  const place = device
    ? `${device.adapterName}${device.usesSubgroups ? ' with subgroups' : ' without subgroups'}`
    : 'WASM';
  return `The self-check of ${modelId} failed on ${place}: wide and one-token passes differ by ${noise.maxLogitDifference.toPrecision(3)} in a logit, ${noise.meanTotalVariation.toPrecision(3)} in total variation.`;
}
