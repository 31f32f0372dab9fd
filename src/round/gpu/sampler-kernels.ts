import type { EngineDevice } from '../../gpu/device.ts';
import adjust from './adjust.wgsl?raw';
import chooseBin from './choose-bin.wgsl?raw';
import combineLogits from './combine-logits.wgsl?raw';
import combineWeights from './combine-weights.wgsl?raw';
import commit from './commit.wgsl?raw';
import countBins from './count-bins.wgsl?raw';
import finishRace from './finish-race.wgsl?raw';
import judge from './judge.wgsl?raw';
import lenientDeviation from './lenient-deviation.wgsl?raw';
import limitTies from './limit-ties.wgsl?raw';
import mergeTops from './merge-tops.wgsl?raw';
import peak from './peak.wgsl?raw';
import race from './race.wgsl?raw';
import reset from './reset.wgsl?raw';
import { sharedSource } from './sampler-layout.ts';
import topOfTile from './top-of-tile.wgsl?raw';
import truncate from './truncate.wgsl?raw';
import typicalThreshold from './typical-threshold.wgsl?raw';
import weigh from './weigh.wgsl?raw';

const sources = {
  adjust,
  reset,
  peak,
  weigh,
  countBins,
  chooseBin,
  limitTies,
  truncate,
  combineLogits,
  combineWeights,
  race,
  finishRace,
  lenientDeviation,
  typicalThreshold,
  judge,
  commit,
  topOfTile,
  mergeTops,
} as const;

export type KernelName = keyof typeof sources;

/** The storage buffers behind the plan, in the order of their bindings in declarations.wgsl. */
export const storageBindings = ['rows', 'slots', 'selections', 'races', 'text', 'record'] as const;

/**
 * The sampler's compute pipelines on one device: compiled once, when the first model is loaded, and good for every
 * vocabulary and request. All kernels share one bind group layout, so a pass binds once.
 */
export class SamplerKernels {
  readonly device: EngineDevice;
  readonly bindGroupLayout: GPUBindGroupLayout;
  readonly #pipelines: ReadonlyMap<KernelName, GPUComputePipeline>;

  private constructor(
    device: EngineDevice,
    bindGroupLayout: GPUBindGroupLayout,
    pipelines: ReadonlyMap<KernelName, GPUComputePipeline>,
  ) {
    this.device = device;
    this.bindGroupLayout = bindGroupLayout;
    this.#pipelines = pipelines;
  }

  /** Rejects where the device is lost or refuses a kernel. */
  static async create(device: EngineDevice): Promise<SamplerKernels> {
    device.throwIfUnusable();
    const { gpu } = device;
    const bindGroupLayout = gpu.createBindGroupLayout({
      label: 'SamplerKernels.bindGroupLayout',
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: 'read-only-storage', hasDynamicOffset: true },
        },
        ...storageBindings.map((_, index) => ({
          binding: index + 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: 'storage' as const },
        })),
      ],
    });
    const layout = gpu.createPipelineLayout({
      label: 'SamplerKernels.pipelineLayout',
      bindGroupLayouts: [bindGroupLayout],
    });
    const pipelines = await Promise.all(
      Object.entries(sources).map(async ([name, source]) => {
        const label = `SamplerKernels.${name}`;
        const module = gpu.createShaderModule({ label, code: `${sharedSource}\n${source}` });
        const pipeline = await gpu.createComputePipelineAsync({ label, layout, compute: { module } });
        return [name as KernelName, pipeline] as const;
      }),
    );
    return new SamplerKernels(device, bindGroupLayout, new Map(pipelines));
  }

  pipeline(name: KernelName): GPUComputePipeline {
    return this.#pipelines.get(name)!;
  }
}
