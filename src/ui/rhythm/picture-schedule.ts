import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type RhythmPalette, readPalette } from './rhythm-palette.ts';

/**
 * When an element paints: at most once an animation frame, only while it is in sight, and again when its size or the
 * page's colours change.
 */
export class PictureSchedule implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #paint: (nowMs: number) => void;
  readonly #onResize: () => void;
  readonly #resizes = new ResizeObserver(() => {
    this.#onResize();
    this.request();
  });
  readonly #sight = new IntersectionObserver((entries) => {
    this.#isInSight = entries[entries.length - 1].isIntersecting;
    this.request();
  });
  readonly #darkness = matchMedia('(prefers-color-scheme: dark)');
  #isInSight = false;
  #frame: number | null = null;
  #palette: RhythmPalette | null = null;

  constructor(
    host: ReactiveControllerHost & Element,
    parts: { readonly paint: (nowMs: number) => void; readonly onResize?: () => void },
  ) {
    this.#host = host;
    this.#paint = parts.paint;
    this.#onResize = parts.onResize ?? (() => {});
    host.addController(this);
  }

  /** The colours and fonts of the page where the element stands. */
  get palette(): RhythmPalette {
    this.#palette ??= readPalette(this.#host);
    return this.#palette;
  }

  hostConnected(): void {
    this.#palette = null;
    this.#resizes.observe(this.#host);
    this.#sight.observe(this.#host);
    this.#darkness.addEventListener('change', this.#onColours);
  }

  hostDisconnected(): void {
    this.#resizes.disconnect();
    this.#sight.disconnect();
    this.#darkness.removeEventListener('change', this.#onColours);
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  hostUpdated(): void {
    this.request();
  }

  request(): void {
    this.#frame ??= requestAnimationFrame((nowMs) => {
      this.#frame = null;
      if (this.#isInSight) this.#paint(nowMs);
    });
  }

  #onColours = (): void => {
    this.#palette = null;
    this.request();
  };
}
