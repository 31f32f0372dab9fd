/**
 * Ends the current macrotask, so that messages waiting at this thread's ports are heard. A MessageChannel, because
 * nested timers are clamped to 4 ms.
 */
export function takeTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
