import type { SerialQueue } from '../concurrency/serial-queue.ts';
import type { EngineDevice } from '../gpu/device.ts';
import type { ReadbackTally } from '../gpu/readback-counter.ts';
import type { CausalModel } from '../models/causal-model.ts';
import { ortQueue } from '../models/ort/ort.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import { CpuSampler } from '../round/cpu-sampler.ts';
import { GpuSampler } from '../round/gpu/gpu-sampler.ts';
import { SamplerKernels } from '../round/gpu/sampler-kernels.ts';
import type { RoundRecorder } from '../round/round-recorder.ts';
import type { RoundSampler, SamplingPlan } from '../round/round-sampler.ts';
import type { Runtime } from './engine-life.ts';

/** Compiled once a device. */
const kernelsOf = new WeakMap<EngineDevice, Promise<SamplerKernels | null>>();

/**
 * Compiles the sampler's kernels, so that no round waits for it; on WASM there is nothing to do. A device that refuses
 * a kernel leaves sampling to the CPU, which costs read-backs and nothing else.
 */
export async function prepareSampler({ device }: Pick<Runtime, 'device'>): Promise<SamplerKernels | null> {
  if (!device) return null;
  let kernels = kernelsOf.get(device);
  if (!kernels) {
    kernels = SamplerKernels.create(device).catch((error: unknown) => {
      if (error instanceof GPUPipelineError) return null;
      kernelsOf.delete(device);
      throw error;
    });
    kernelsOf.set(device, kernels);
  }
  return kernels;
}

/**
 * The GPU's sampler where every member's logits are there and the combination is no code of the user's.
 * @param readbacks counts those of the sampler; the models count their own
 */
export async function samplerFactory(
  runtime: Pick<Runtime, 'device'>,
  models: readonly CausalModel[],
  seed: number,
  recorder: RoundRecorder,
  readbacks: ReadbackTally,
): Promise<(plan: SamplingPlan) => RoundSampler> {
  const isOnGpu = models.every(({ backend }) => backend === 'webgpu');
  const kernels = isOnGpu ? await prepareSampler(runtime) : null;
  return (plan) => {
    if (!kernels || !plan.combine.rule) return new CpuSampler(plan, new PhiloxSource(seed), recorder);
    recorder.apportionForwards(models.map(({ costs }) => costs));
    return new GpuSampler({ plan, seed, recorder, kernels, queue: countedBy(readbacks) });
  };
}

/** The queue of all work on the device, its read-backs counted. */
function countedBy(readbacks: ReadbackTally): Pick<SerialQueue, 'run'> {
  return { run: (job) => ortQueue.run(() => readbacks.of(async () => job())) };
}
