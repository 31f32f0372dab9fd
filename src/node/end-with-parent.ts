import { Worker } from 'node:worker_threads';

/**
 * A thread, because an endless loop of a custom combination keeps this process from hearing that its channel is closed.
 * The first look may come while the process is ending by itself, so the second one counts.
 */
const watch = `
  const { ppid, pid } = process;
  const isAlive = () => {
    if (process.ppid !== ppid) return false;
    try {
      return process.kill(ppid, 0);
    } catch (error) {
      return error.code !== 'ESRCH';
    }
  };
  let missed = 0;
  setInterval(() => {
    missed = isAlive() ? 0 : missed + 1;
    if (missed > 1) process.kill(pid, 'SIGKILL');
  }, 500);
`;

/** Ends this process when the one that has started it lets go of it or is gone, however it went. */
export function endWithParent(): void {
  // A signal, because process.exit() waits until V8 has compiled all of ONNX Runtime, many seconds on a busy machine.
  // Locks are given back first: proper-lockfile hears signals.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  new Worker(watch, { eval: true, execArgv: [], env: {} }).unref();
}
