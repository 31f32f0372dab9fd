/**
 * Resolves in a new task, so that messages waiting at this thread are delivered first. On WASM an awaited run
 * resolves in a microtask: a loop of runs alone would never hear an abort. A MessageChannel is not throttled,
 * as nested timers are (4 ms each).
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
