import type { DecodeRun } from '../engine/engine-api.ts';
import type { Round } from '../round/round.ts';

/** A page draws once a frame: more messages than that cost both threads time and show nothing more. */
export const frameMs = 16;

/** Rounds that may wait while others are on their way; then the engine waits too. */
export const maxBatchSize = 32;

/**
 * Hands rounds to the page, the first one at once: then at most one message a frame, and never two under way, each
 * with all rounds that have come meanwhile. A busy page so takes fewer, larger messages, and does not set the pace of
 * the decode; what is left when the run ends, or fails, does not wait for its frame.
 * @throws what the run fails with, when the page has all rounds before it; what `onRounds` fails with, which stops the run
 */
export async function sendRounds(
  run: AsyncIterable<Round> & Pick<DecodeRun, 'stop'>,
  onRounds: (rounds: readonly Round[]) => void | Promise<void>,
): Promise<void> {
  let batch: Round[] = [];
  let sending: Promise<void> | null = null;
  let undelivered: { readonly error: unknown } | null = null;
  let isUrgent = false;
  let endFrame = () => {};
  const frame = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, frameMs);
      endFrame = () => {
        clearTimeout(timer);
        resolve();
      };
      if (isUrgent) endFrame();
    });
  const send = async () => {
    try {
      while (batch.length > 0) {
        const rounds = batch;
        batch = [];
        await Promise.all([onRounds(rounds), frame()]);
      }
    } catch (error) {
      // Nobody hears what follows.
      undelivered = { error };
      endFrame();
      run.stop();
    } finally {
      // In the same step that found the batch empty: a round that comes later is sent by another call.
      sending = null;
    }
  };
  const flush = async () => {
    isUrgent = true;
    endFrame();
    await sending;
    isUrgent = false;
  };
  try {
    for await (const round of run) {
      if (undelivered) continue;
      batch.push(round);
      sending ??= send();
      if (batch.length >= maxBatchSize) await flush();
    }
  } finally {
    await flush();
  }
  if (undelivered) throw (undelivered as { readonly error: unknown }).error;
}
