import { host } from '#host';
import { sizeText } from '../errors/byte-text.ts';
import { EngineError } from '../errors/engine-error.ts';
import { BufferRegistry } from './buffer-registry.ts';
import { installReadbackCounter } from './readback-counter.ts';

export interface DeviceOptions {
  /** Software adapters (SwiftShader, llvmpipe) are correct but slower than WASM: only when asked for. */
  readonly allowSoftware: boolean;
  /**
   * `auto`: on hardware only. ONNX Runtime's attention over 32 and more tokens is wrong at subgroup size 4
   * (logits off by up to 1), a size that only software adapters have; there the features are left out.
   */
  readonly subgroups: 'auto' | 'always' | 'never';
}

export type DeviceAnswer =
  | { readonly kind: 'device'; readonly device: EngineDevice }
  /** `reason` completes the sentence "WebGPU is not used: …". */
  | { readonly kind: 'none'; readonly reason: string };

/** A graphics adapter as WebGPU describes it, for reports; every name may be empty. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** True where it computes on the processor. */
  readonly isSoftware: boolean;
  /** All that the adapter has. */
  readonly features: readonly string[];
  /** Those that the engine's device uses. */
  readonly featuresInUse: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/** What ONNX Runtime's kernels can make use of. */
const usefulFeatures: readonly string[] = [
  'shader-f16',
  'subgroups',
  'subgroup-size-control',
  'chromium-experimental-subgroup-matrix',
];

/** Limits whose defaults are too small for weights, caches or kernels; raised to what the adapter has. */
const raisedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** How long after a failure the browser may take to report the device as lost. */
const lossNoticeMs = 500;

/** Our own GPUDevice, its buffers, and whether it can still be used. */
export class EngineDevice {
  readonly gpu: GPUDevice;
  readonly buffers: BufferRegistry;
  /** Names the adapter in keys and notes, for example `google swiftshader`. */
  readonly adapterName: string;
  readonly isSoftware: boolean;
  readonly adapter: AdapterDescription;
  readonly usesSubgroups: boolean;
  readonly hasShaderF16: boolean;
  /** Resolves with what happened when the device is lost; never where the engine closes it. */
  readonly lost: Promise<EngineError>;
  #closed = false;
  #lost: EngineError | null = null;
  #uncaptured: GPUError | null = null;

  constructor(gpu: GPUDevice, adapter: GPUAdapter) {
    const info = infoOf(adapter);
    this.gpu = gpu;
    this.buffers = new BufferRegistry(gpu);
    this.adapterName = nameOf(info);
    this.isSoftware = isSoftware(info);
    this.adapter = descriptionOf(adapter, gpu);
    this.usesSubgroups = gpu.features.has('subgroups');
    this.hasShaderF16 = gpu.features.has('shader-f16');
    const noteError = (event: Event) => {
      this.#uncaptured ??= (event as GPUUncapturedErrorEvent).error;
    };
    gpu.addEventListener('uncapturederror', noteError);
    this.lost = new Promise((resolve) => {
      void gpu.lost.then(({ reason, message }) => {
        // Dawn in Node.js never frees a device with a listener that refers to it.
        gpu.removeEventListener('uncapturederror', noteError);
        if (this.#closed) return;
        this.#lost = lostError(this.adapterName, reason, message);
        resolve(this.#lost);
      });
    });
  }

  /**
   * Throws `device-lost` once the device is gone, and an error of the device that no call has reported:
   * `out-of-memory` where it was that, else `model-load`. WebGPU tells such errors late, so they may belong
   * to an earlier call.
   */
  throwIfUnusable(): void {
    const problem = this.#takeProblem();
    if (problem) throw problem;
  }

  /**
   * What work that failed on the device is rejected with: the device's own error, where there is one, says more. Chromium
   * rejects what waits for a lost device before it reports the loss.
   */
  async errorOf(failure: unknown): Promise<unknown> {
    const problem = this.#takeProblem();
    if (problem || failure instanceof EngineError) return problem ?? failure;
    let notice: ReturnType<typeof setTimeout> | undefined;
    const noLoss = new Promise<void>((resolve) => {
      notice = setTimeout(resolve, lossNoticeMs);
    });
    await Promise.race([this.lost, noLoss]);
    clearTimeout(notice);
    // WebGPU itself rejects nothing but what a device takes with it.
    const isGone = failure instanceof DOMException;
    const lost = () => lostError(this.adapterName, 'unknown', (failure as DOMException).message);
    return this.#takeProblem() ?? (isGone ? lost() : failure);
  }

  #takeProblem(): EngineError | null {
    if (this.#closed) return lostError(this.adapterName, 'closed', 'the engine has closed it');
    if (this.#lost) return this.#lost;
    const error = this.#uncaptured;
    if (!error) return null;
    this.#uncaptured = null;
    const isOutOfMemory = error instanceof GPUOutOfMemoryError;
    return new EngineError(
      isOutOfMemory ? 'out-of-memory' : 'model-load',
      isOutOfMemory
        ? `The GPU ran out of memory (${sizeText(this.buffers.liveBytes)} of caches and logits are allocated); load a smaller model or shorten the context.`
        : `The GPU refused an operation: ${error.message}. Reload the model, or choose the WASM backend.`,
      { details: { adapter: this.adapterName, liveBytes: this.buffers.liveBytes } },
    );
  }

  /**
   * Runs `allocate` and throws `out-of-memory` if the GPU could not give what it asked for; what it created is
   * then the caller's to release.
   */
  async allocating<T>(bytes: number, allocate: () => T): Promise<T> {
    // A buffer above the device's limit is a validation error, one above what is left an out-of-memory error.
    this.gpu.pushErrorScope('out-of-memory');
    this.gpu.pushErrorScope('validation');
    let result: T;
    let errors: (GPUError | null)[];
    try {
      result = allocate();
    } finally {
      errors = await Promise.all([this.gpu.popErrorScope(), this.gpu.popErrorScope()]);
    }
    const error = errors.find((some) => some !== null);
    if (error) {
      throw new EngineError(
        'out-of-memory',
        `The GPU has no room for ${sizeText(bytes)} (${error.message.trim()}); load a smaller model or shorten the context.`,
        { details: { bytes, liveBytes: this.buffers.liveBytes, adapter: this.adapterName } },
      );
    }
    return result;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.buffers.releaseAll();
    this.gpu.destroy();
  }
}

/**
 * Asks for an adapter and a device of our own. ONNX Runtime is given this one for every session. A host that offers
 * WebGPU and then fails at it is one without.
 */
export async function openDevice(options: DeviceOptions): Promise<DeviceAnswer> {
  let gpu: GPU;
  try {
    gpu = await host.gpu();
  } catch (error) {
    return { kind: 'none', reason: error instanceof Error ? error.message : String(error) };
  }
  installReadbackCounter();
  try {
    return await openDeviceOf(gpu, options);
  } catch (error) {
    return { kind: 'none', reason: `it could not be opened (${String(error)})` };
  }
}

async function openDeviceOf(gpu: GPU, options: DeviceOptions): Promise<DeviceAnswer> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return { kind: 'none', reason: 'no graphics adapter was found' };
  const info = infoOf(adapter);
  if (isSoftware(info) && !options.allowSoftware) {
    return { kind: 'none', reason: `the only adapter, ${nameOf(info)}, is a software adapter` };
  }
  // Every name with "subgroup" in it has to go: 'subgroup-size-control' alone brings subgroups back.
  const useSubgroups = options.subgroups === 'auto' ? !isSoftware(info) : options.subgroups === 'always';
  const features = usefulFeatures.filter(
    (name) => adapter.features.has(name) && (useSubgroups || !name.includes('subgroup')),
  );
  const device = await adapter.requestDevice({
    label: 'EngineDevice.gpu',
    requiredFeatures: features as GPUFeatureName[],
    requiredLimits: Object.fromEntries(raisedLimits.map((name) => [name, adapter.limits[name]])),
  });
  if (!useSubgroups && device.features.has('subgroups')) {
    throw new Error('A device without subgroups was asked for, but it has them.');
  }
  return { kind: 'device', device: new EngineDevice(device, adapter) };
}

function descriptionOf(adapter: GPUAdapter, gpu: GPUDevice): AdapterDescription {
  const info = infoOf(adapter);
  const { vendor, architecture, device, description } = info;
  const limits: Record<string, number> = {};
  // They are getters of the prototype, which `Object.entries` leaves out.
  for (const name in adapter.limits) {
    const limit: unknown = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof limit === 'number') limits[name] = limit;
  }
  return {
    ...{ vendor, architecture, device, description },
    isSoftware: isSoftware(info),
    features: [...adapter.features].sort(),
    featuresInUse: [...gpu.features].sort(),
    limits,
  };
}

/** Missing in browsers of WebGPU's first years. */
function infoOf(adapter: GPUAdapter): GPUAdapterInfo {
  const unnamed = { vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false };
  return (adapter.info as GPUAdapterInfo | undefined) ?? (unnamed as GPUAdapterInfo);
}

function isSoftware(info: GPUAdapterInfo): boolean {
  return (
    info.isFallbackAdapter ||
    /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i.test(
      `${info.architecture} ${info.device} ${info.description}`,
    )
  );
}

function nameOf(info: GPUAdapterInfo): string {
  const parts = [info.vendor, info.architecture, info.device, info.description].filter((part) => part !== '');
  return parts.length > 0 ? parts.join(' ') : 'unnamed adapter';
}

function lostError(adapterName: string, reason: string, message: string): EngineError {
  return new EngineError(
    'device-lost',
    `The GPU device of ${adapterName} was lost (${reason}: ${message || 'no reason given'}); the next request opens another one.`,
    { details: { adapter: adapterName, reason } },
  );
}
