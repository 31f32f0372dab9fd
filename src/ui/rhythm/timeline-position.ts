/** The part of a decode that is in sight, milliseconds since the request started to run. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What decides where the window may be. */
export interface Extent {
  /** Time of the last verdict. */
  readonly endMs: number;
  /** How long the last `count` rounds took. */
  readonly lastRoundsMs: (count: number) => number;
  /** More rounds are to come. */
  readonly isLive: boolean;
  readonly widthPixels: number;
}

/** Closer up there is nothing more to see. */
const shortestMs = 4;
/** What rushes past cannot be read: a running decode is not shown closer than this unless asked for. */
const shortestLiveMs = 600;
/** Room for a round where nobody has zoomed: enough for its token's text. */
const pixelsPerRound = 88;
/** Share of the window behind the last verdict, for the text that it committed. */
const roomBehind = 0.1;
/** The same from afar, where there is no text. */
const roomBehindAll = 0.02;

/**
 * Which part of the timeline is in sight. Left alone it follows the end of the decode; as soon as the reader moves it,
 * it stays where it was put, and keeps the length that was chosen.
 */
export class TimelinePosition {
  #extent: Extent = {
    endMs: 0,
    lastRoundsMs: () => 0,
    isLive: false,
    widthPixels: 600,
  };
  #window: TimeWindow = { fromMs: 0, toMs: shortestLiveMs };
  #follows = true;
  /** null where nobody has zoomed or moved. */
  #chosenMs: number | null = null;

  get window(): TimeWindow {
    return this.#window;
  }

  /** True where the window moves along with the end. */
  get follows(): boolean {
    return this.#follows;
  }

  /** The longest window: the whole decode. */
  get longestMs(): number {
    const { endMs, isLive } = this.#extent;
    const room = endMs > 3 * this.#readableMs() ? roomBehindAll : roomBehind;
    return Math.max(isLive ? shortestLiveMs : shortestMs, endMs / (1 - room));
  }

  /** Told of everything new. */
  update(extent: Extent): void {
    this.#extent = extent;
    if (this.#follows) this.follow();
  }

  /** To the end of the decode, and along with it from now on. */
  follow(): void {
    this.#follows = true;
    this.#place(this.#extent.endMs, this.#chosenMs ?? this.#readableMs(), 1 - roomBehind);
  }

  /** @param share of the window's length; negative towards the beginning */
  pan(share: number): void {
    this.#moveTo(this.#window.fromMs + share * this.#length(), this.#length());
  }

  /**
   * @param factor above 1 shows more detail
   * @param at share of the window's length where time stays in place; a window that follows keeps its end in sight
   */
  zoom(factor: number, at = 0.5): void {
    const { fromMs } = this.#window;
    const length = Math.min(Math.max(this.#length() / factor, shortestMs), this.longestMs);
    if (this.#follows) {
      this.#chosenMs = length;
      this.follow();
    } else {
      this.#moveTo(fromMs + at * (this.#length() - length), length);
    }
  }

  showStart(): void {
    this.#moveTo(0, this.#length());
  }

  showAll(): void {
    this.#moveTo(0, this.longestMs);
  }

  /** Shows exactly this, as far as the limits allow. */
  show({ fromMs, toMs }: TimeWindow): void {
    this.#moveTo(fromMs, Math.max(toMs - fromMs, shortestMs));
  }

  /** Moves the window as little as it takes to have all of this inside, or its beginning where it is longer. */
  reveal({ fromMs, toMs }: TimeWindow): void {
    const length = this.#length();
    const margin = 0.05 * length;
    if (fromMs < this.#window.fromMs || toMs - fromMs > length - 2 * margin) {
      this.#moveTo(fromMs - margin, length);
    } else if (toMs > this.#window.toMs) {
      this.#moveTo(toMs + margin - length, length);
    }
  }

  #length(): number {
    return this.#window.toMs - this.#window.fromMs;
  }

  /** The reader's own choice: it stays. */
  #moveTo(fromMs: number, lengthMs: number): void {
    this.#follows = false;
    this.#chosenMs = Math.min(lengthMs, this.longestMs);
    this.#place(fromMs, this.#chosenMs, 0);
  }

  /** Puts `ms` at the share `at` of a window of this length, inside the decode. */
  #place(ms: number, lengthMs: number, at: number): void {
    const length = Math.min(lengthMs, this.longestMs);
    const isWhole = length >= this.longestMs;
    const latestFrom = isWhole ? 0 : Math.max(0, this.#extent.endMs - (1 - roomBehind) * length);
    const fromMs = Math.min(Math.max(0, ms - at * length), latestFrom);
    this.#window = { fromMs, toMs: fromMs + length };
  }

  #readableMs(): number {
    const { lastRoundsMs, isLive, widthPixels } = this.#extent;
    const rounds = Math.max(1, Math.round(widthPixels / pixelsPerRound));
    return Math.max(lastRoundsMs(rounds), isLive ? shortestLiveMs : shortestMs);
  }
}
