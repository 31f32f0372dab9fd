/**
 * Runs jobs one after the other, in the order they were handed in. Overlapping runs corrupt ONNX Runtime's
 * WebAssembly build without an error, so session creation, runs, releases and read-backs all pass through one
 * queue. A job must not wait for another job of the same queue.
 */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as `job` does; a failed job does not keep later ones from running. */
  run<T>(job: () => T | Promise<T>): Promise<T> {
    const result = this.#tail.then(job);
    // The caller hears the failure through `result`; chained as it is, it would fail every later job too.
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
