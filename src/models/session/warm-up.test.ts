import { expect, test } from 'vitest';
import type { LogitsHandle, Sequence, TokenRun } from '../causal-model.ts';
import { warmUp } from './warm-up.ts';

/** Records what it is fed; logits and cache must be given back. */
class RecordingSequence implements Sequence {
  kvLength = 0;
  readonly widths: number[] = [];
  liveLogits = 0;
  isDisposed = false;
  /** Runs before each pass. */
  beforePass: () => void = () => {};

  async forward(run: TokenRun): Promise<LogitsHandle> {
    this.beforePass();
    this.widths.push(run.length);
    this.kvLength += run.length;
    this.liveLogits++;
    const data = new Float32Array(run.length);
    const dispose = (): void => void this.liveLogits--;
    return { kind: 'host', rows: run.length, width: 1, data, toHost: async () => data, dispose };
  }

  rollback(): void {}

  dispose(): void {
    this.isDisposed = true;
  }
}

test.each([
  ['wasm', 512, [8, 1]],
  ['webgpu', 512, [40, 8, 1]],
  // What the context does not hold is left out.
  ['webgpu', 40, [40]],
  ['webgpu', 16, [8, 1]],
] as const)(
  'on %s with a context of %d passes of %j tokens are run',
  async (backend, contextLength, widths) => {
    const sequence = new RecordingSequence();
    let passesWorkedOff = 0;
    await warmUp(() => sequence, {
      backend,
      contextLength,
      waitForGpu: async () => {
        passesWorkedOff = sequence.widths.length;
        expect(sequence.isDisposed).toBe(false);
      },
    });
    expect(sequence.widths).toEqual(widths);
    expect(passesWorkedOff).toBe(widths.length);
    expect([sequence.liveLogits, sequence.isDisposed]).toEqual([0, true]);
  },
);

test('an abort is heard between two passes, and the cache is given back', async () => {
  const sequence = new RecordingSequence();
  const controller = new AbortController();
  const reason = new Error('enough');
  sequence.beforePass = () => controller.abort(reason);
  const options = {
    backend: 'webgpu',
    contextLength: 512,
    waitForGpu: async () => {},
    signal: controller.signal,
  } as const;
  await expect(warmUp(() => sequence, options)).rejects.toBe(reason);
  expect([sequence.widths, sequence.isDisposed]).toEqual([[40], true]);
});
