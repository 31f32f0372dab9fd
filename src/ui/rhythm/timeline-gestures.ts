/** What pointers or a wheel ask for. */
export type Gesture =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'move';
      /** Where on the screen time stays in place. */
      readonly x: number;
      /** Above 1 zooms in. */
      readonly factor: number;
      /** Towards the end, on the screen. */
      readonly pixels: number;
    };

type PointerPlace = Pick<PointerEvent, 'pointerId' | 'clientX'>;
type WheelTurn = Pick<
  WheelEvent,
  'deltaX' | 'deltaY' | 'deltaMode' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'clientX'
>;

const none: Gesture = { kind: 'none' };
/** A pointer that moved less has not moved: it taps. */
const tapPixels = 5;
/** Fingers closer than this do not tell a ratio. */
const minPinchPixels = 20;
const linePixels = 16;
const zoomPerPixel = 1.0035;

/** Turns pointers and wheel into gestures: one pointer drags, two pinch, the wheel zooms or pans. */
export class TimelineGestures {
  /** Where each pressed pointer was last. */
  readonly #places = new Map<number, number>();
  /** Where the first of them went down; null once it has moved. */
  #tapX: number | null = null;

  get isDown(): boolean {
    return this.#places.size > 0;
  }

  down({ pointerId, clientX }: PointerPlace): void {
    this.#tapX = this.#places.size === 0 ? clientX : null;
    this.#places.set(pointerId, clientX);
  }

  move({ pointerId, clientX }: PointerPlace): Gesture {
    const before = this.#places.get(pointerId);
    if (before === undefined) return none;
    if (this.#tapX !== null && Math.abs(clientX - this.#tapX) < tapPixels) return none;
    this.#tapX = null;
    this.#places.set(pointerId, clientX);
    const other = [...this.#places].find(([id]) => id !== pointerId)?.[1];
    if (other === undefined) return { kind: 'move', x: clientX, factor: 1, pixels: before - clientX };
    const [apart, apartBefore] = [Math.abs(clientX - other), Math.abs(before - other)];
    if (Math.min(apart, apartBefore) < minPinchPixels) return none;
    return { kind: 'move', x: other, factor: apart / apartBefore, pixels: 0 };
  }

  /** @returns true where the pointer has tapped */
  up({ pointerId }: PointerPlace): boolean {
    const wasTap = this.#tapX !== null && this.#places.has(pointerId);
    this.#places.delete(pointerId);
    this.#tapX = null;
    return wasTap;
  }

  /**
   * Sideways and with Shift the wheel pans; with Ctrl, which is how a pinch on a touchpad arrives, and where the
   * timeline has the focus it zooms. Else it is the page's.
   */
  wheel(turn: WheelTurn, isFocused: boolean): Gesture {
    const unit = turn.deltaMode === 0 ? 1 : linePixels;
    const isSideways = turn.shiftKey || Math.abs(turn.deltaX) > Math.abs(turn.deltaY);
    if (isSideways) {
      const pixels = unit * (turn.deltaX === 0 ? turn.deltaY : turn.deltaX);
      return { kind: 'move', x: turn.clientX, factor: 1, pixels };
    }
    if (!turn.ctrlKey && !turn.metaKey && !isFocused) return none;
    // A touchpad's pinch comes in small steps.
    const strength = turn.ctrlKey && Math.abs(turn.deltaY) < 40 ? 3 : 1;
    return {
      kind: 'move',
      x: turn.clientX,
      factor: zoomPerPixel ** (-unit * turn.deltaY * strength),
      pixels: 0,
    };
  }
}
