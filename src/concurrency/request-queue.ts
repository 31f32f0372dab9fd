/** Runs jobs one after the other. A job whose signal is aborted while it waits is taken out. */
export class RequestQueue {
  #last: Promise<void> = Promise.resolve();

  /**
   * @param onSkipped what an aborted job gives that never started
   */
  run<T>(job: () => Promise<T>, signal?: AbortSignal, onSkipped?: () => T): Promise<T> {
    const turn = this.#last;
    let started = false;
    const result = turn.then(() => {
      if (signal?.aborted && onSkipped) return onSkipped();
      started = true;
      return job();
    });
    // The earlier outcome must not decide whether the next job runs.
    this.#last = result.then(
      () => {},
      () => {},
    );
    if (!signal || !onSkipped) return result;
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        if (started) return;
        try {
          resolve(onSkipped());
        } catch (error) {
          reject(error);
        }
      };
      if (signal.aborted) leave();
      signal.addEventListener('abort', leave, { once: true });
      result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }
}
