import { linkSignals } from '../concurrency/link-signals.ts';
import type { DecodeResult, DecodeRun } from './engine-api.ts';
import { RoundStream } from './round-stream.ts';

/**
 * A run around `work`, which pushes rounds into the stream and comes to the result.
 * @param signal ends the run besides its own stop()
 * @param update takes over numbers of the combination
 */
export function startRun(
  signal: AbortSignal | undefined,
  work: (stream: RoundStream, signal: AbortSignal) => Promise<DecodeResult>,
  update: DecodeRun['update'],
): DecodeRun {
  const stream = new RoundStream();
  const stop = new AbortController();
  const ended = linkSignals(stop.signal, signal);
  const result = work(stream, ended.signal);
  // Also keeps a failure that only the iteration is asked about from counting as unhandled.
  result.finally(ended.release).then(
    () => stream.close(),
    (error: unknown) => stream.fail(error),
  );
  return {
    result,
    stop: () => stop.abort(),
    update,
    [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
  };
}
