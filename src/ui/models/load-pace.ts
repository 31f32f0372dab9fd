import type { LoadProgress } from '../../engine/engine-api.ts';

/** Before that a rate says more of the connection's start than of its speed. */
const minMs = 800;

/** How long a model's download may still take, from the pace that it has had. */
export class LoadPace {
  #stage: LoadProgress['stage'] | null = null;
  #fromMs = 0;
  #fromBytes = 0;

  /** @returns milliseconds left of the files that are on their way; null while nobody can tell */
  remainingMs({ stage, bytesLoaded, bytesTotal, cached }: LoadProgress, nowMs: number): number | null {
    if (stage !== this.#stage) {
      this.#stage = stage;
      this.#fromMs = nowMs;
      this.#fromBytes = bytesLoaded;
    }
    if (stage !== 'download' && stage !== 'runtime') return null;
    const bytes = bytesLoaded - this.#fromBytes;
    const ms = nowMs - this.#fromMs;
    if (cached || bytesTotal === null || bytes <= 0 || ms < minMs) return null;
    return Math.max(0, ((bytesTotal - bytesLoaded) / bytes) * ms);
  }
}

/** As precise as such a guess may sound. */
export function remainingText(ms: number): string {
  if (ms < 1500) return 'a moment left';
  if (ms < 20_000) return `about ${Math.round(ms / 1000)} s left`;
  if (ms < 100_000) return `about ${5 * Math.round(ms / 5000)} s left`;
  return `about ${Math.round(ms / 60_000)} min left`;
}
