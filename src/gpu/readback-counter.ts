/**
 * Counts read-backs: every `GPUBuffer.mapAsync` in this thread (nothing here maps for writing). ONNX Runtime maps buffers of its
 * own inside its WebAssembly module, out of our reach, so the count is taken at the one place that all callers
 * share: the method on the prototype. The replacement adds one to a number and calls the original.
 */
let readbacks = 0;
let installed = false;

/** Starts counting; later calls do nothing. Without WebGPU there is nothing to count. */
export function installReadbackCounter(): void {
  if (installed || typeof GPUBuffer === 'undefined') return;
  installed = true;
  const mapAsync = GPUBuffer.prototype.mapAsync;
  GPUBuffer.prototype.mapAsync = function (this: GPUBuffer, mode, offset, size) {
    readbacks += 1;
    return mapAsync.call(this, mode, offset, size);
  };
}

/** Read-backs of this thread since the counter was installed; take the difference of two calls. */
export function readbackCount(): number {
  return readbacks;
}

/**
 * Read-backs of some of a thread's work. Every read-back is part of a job of the one queue that guards the device
 * (`ortQueue`), and its jobs run one at a time: what is mapped while one runs is its own, whoever else uses the device
 * between two of them.
 */
export class ReadbackTally {
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Counts what `job` reads back. To be called inside a job of the queue. */
  async of<T>(job: () => Promise<T>): Promise<T> {
    const before = readbacks;
    try {
      return await job();
    } finally {
      this.#count += readbacks - before;
    }
  }
}
