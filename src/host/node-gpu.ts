let opening: Promise<GPU> | null = null;

/**
 * WebGPU in Node.js: Dawn, by the package `webgpu`, which the user installs or not. The first call puts its classes and
 * `navigator.gpu` in the global scope, where ONNX Runtime looks for them. Dawn lives on one thread, and a worker thread
 * that ends with work on the GPU takes the process along: not to be called there.
 * https://github.com/dawn-gpu/node-webgpu
 */
export function nodeGpu(): Promise<GPU> {
  opening ??= openGpu();
  return opening;
}

async function openGpu(): Promise<GPU> {
  const { create, globals } = await importDawn();
  Object.assign(globalThis, globals);
  GPUQueue.prototype.writeBuffer = writingShared(GPUQueue.prototype.writeBuffer);
  const gpu = create([]);
  // Node.js has a navigator from version 21 on.
  const navigator = globalThis.navigator ?? {};
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true, enumerable: true });
  globalThis.navigator ??= navigator;
  return gpu;
}

async function importDawn(): Promise<typeof import('webgpu')> {
  try {
    return await import('webgpu');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(
      code === 'ERR_MODULE_NOT_FOUND'
        ? 'the package "webgpu" is not installed (npm install webgpu)'
        : `the package "webgpu" cannot be loaded (${message})`,
      { cause: error },
    );
  }
}

type WriteBuffer = GPUQueue['writeBuffer'];

/** ONNX Runtime's memory is shared between its threads, and Dawn takes no view of shared memory: it gets a copy. */
function writingShared(writeBuffer: WriteBuffer): WriteBuffer {
  return function (this: GPUQueue, buffer, bufferOffset, data: GPUAllowSharedBufferSource, ...range) {
    const isView = ArrayBuffer.isView(data);
    const memory: ArrayBufferLike = isView ? data.buffer : data;
    if (!(memory instanceof SharedArrayBuffer)) {
      return writeBuffer.call(this, buffer, bufferOffset, data, ...range);
    }
    const [dataOffset = 0, size] = range;
    // Offset and size count elements of typed arrays, and bytes of everything else.
    const unit = 'BYTES_PER_ELEMENT' in data ? (data.BYTES_PER_ELEMENT as number) : 1;
    const start = (isView ? data.byteOffset : 0) + dataOffset * unit;
    const length = size === undefined ? data.byteLength - dataOffset * unit : size * unit;
    return writeBuffer.call(this, buffer, bufferOffset, new Uint8Array(memory, start, length).slice());
  };
}
