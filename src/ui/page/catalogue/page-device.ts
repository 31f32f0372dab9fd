import type { BackendChoice, EngineInfo } from '../../../engine/engine-api.ts';
import type { Device } from './device-fit.ts';

/** What the page knows of the device without the network; before a model is loaded, `auto` counts as WebAssembly. */
export async function pageDevice(info: EngineInfo | null, chosen: BackendChoice): Promise<Device> {
  const backend = info?.backend ?? (chosen === 'webgpu' ? 'webgpu' : 'wasm');
  const { deviceMemory = null, gpu } = navigator as {
    readonly deviceMemory?: number;
    readonly gpu?: {
      requestAdapter(): Promise<{ readonly features: ReadonlySet<string> } | null>;
    };
  };
  const adapter = backend === 'webgpu' ? await gpu?.requestAdapter().catch(() => null) : null;
  return { backend, deviceMemory, hasShaderF16: adapter?.features.has('shader-f16') ?? false };
}
