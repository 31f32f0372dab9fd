import type { Holdings } from './measures.ts';

/** What a soak reads of the thread that an engine runs in, and does to it. */
export interface EngineProbe {
  /** Destroys the GPU devices of this thread, as a driver does that is reset. */
  loseDevices(): void;
  /** Ends the worker or process at once. */
  die(): void;
  read(): Holdings;
}

/** Notes the GPU devices and WebAssembly memories of this thread: to be called before the engine opens any. */
export function installEngineProbe(die: () => void): EngineProbe {
  const devices = new Set<GPUDevice>();
  const memories: WeakRef<WebAssembly.Memory>[] = [];
  onceDefined('GPUAdapter', ({ prototype }) => {
    const { requestDevice } = prototype;
    prototype.requestDevice = async function (...args) {
      const device = await requestDevice.apply(this, args);
      devices.add(device);
      void device.lost.then(() => devices.delete(device));
      return device;
    };
  });
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(target, [descriptor]: [WebAssembly.MemoryDescriptor]) {
      const memory = new target(descriptor);
      memories.push(new WeakRef(memory));
      return memory;
    },
  });
  return {
    die,
    loseDevices: () => {
      for (const device of devices) device.destroy();
    },
    read: () => ({
      'GPU devices': devices.size,
      'WebAssembly bytes': memories.reduce(
        (sum, memory) => sum + (memory.deref()?.buffer.byteLength ?? 0),
        0,
      ),
    }),
  };
}

/** Browsers have this class from the start; Node.js gets it when the first engine asks for a GPU. */
function onceDefined(name: 'GPUAdapter', use: (value: typeof GPUAdapter) => void): void {
  if (name in globalThis) {
    use(globalThis[name]);
    return;
  }
  Object.defineProperty(globalThis, name, {
    configurable: true,
    set(value: typeof GPUAdapter) {
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
      use(value);
    },
  });
}
