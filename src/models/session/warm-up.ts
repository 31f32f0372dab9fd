import { host } from '#host';
import { tokenId } from '../../tokens/token-id.ts';
import type { Sequence } from '../causal-model.ts';

/**
 * Widths that every decode uses: a verification and a single token. On a GPU passes over 32 tokens and more take other
 * kernels, which are compiled by the first of them; on WASM a long pass would only take long.
 */
const warmedWidths = { wasm: [8, 1], webgpu: [40, 8, 1] } as const;

/**
 * Runs one pass of each usual width, so that the first round does not pay for what a session does once: compile shaders,
 * size buffers, optimise code. On a fresh sequence, which it disposes. Throws the signal's reason once aborted.
 */
export async function warmUp(
  openSequence: () => Sequence,
  options: {
    readonly backend: keyof typeof warmedWidths;
    readonly contextLength: number;
    readonly waitForGpu: () => Promise<void>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const sequence = openSequence();
  try {
    for (const width of warmedWidths[options.backend]) {
      if (sequence.kvLength + width > options.contextLength) continue;
      await host.nextTask();
      options.signal?.throwIfAborted();
      // Any token will do; only the work counts.
      const ids = Array.from({ length: width }, () => tokenId(0));
      (await sequence.forward({ kind: 'host', length: width, ids }, 'all')).dispose();
    }
    await options.waitForGpu();
  } finally {
    sequence.dispose();
  }
}
