import type { Lane } from './rhythm-items.ts';

/** A horizontal part of the picture, in CSS pixels from its top. */
export interface Band {
  readonly top: number;
  readonly height: number;
}

/** A member's part: its bars, and below them the proposals that hang. */
export interface LaneBands {
  readonly bars: Band;
  readonly hanging: Band;
  /** Height of one hanging proposal. */
  readonly slotHeight: number;
}

/** Where everything stands: the text above, what was dropped below, the members in between. */
export interface Rows {
  readonly ruler: Band;
  readonly text: Band;
  readonly lanes: readonly LaneBands[];
  readonly dropped: Band;
  readonly height: number;
}

const rulerHeight = 20;
const textHeight = 34;
const barHeight = 24;
const slotHeight = 19;
/** Deeper lanes hang their proposals closer. */
const roomySlots = 5;
const gap = 10;
const droppedHeight = 28;

/** @param hasDropped whether a proposal was dropped: a row of its own then */
export function rowsFor(lanes: readonly Pick<Lane, 'depth'>[], hasDropped: boolean): Rows {
  const text = { top: rulerHeight, height: textHeight };
  let top = text.top + text.height + gap;
  const bands = lanes.map(({ depth }): LaneBands => {
    const bars = { top, height: barHeight };
    const hanging = { top: top + barHeight, height: Math.min(depth, roomySlots) * slotHeight };
    top = hanging.top + hanging.height + gap;
    return { bars, hanging, slotHeight: depth > 0 ? hanging.height / depth : slotHeight };
  });
  const dropped = { top, height: hasDropped ? droppedHeight : 0 };
  return {
    ruler: { top: 0, height: rulerHeight },
    text,
    lanes: bands,
    dropped,
    height: top + dropped.height,
  };
}

/** The line that a hanging proposal stands on. */
export function slotLine({ hanging, slotHeight: height }: LaneBands, slot: number): number {
  return hanging.top + (slot + 1) * height - 3;
}

/** The line below the words of the text. */
export function textLine({ text }: Rows): number {
  return text.top + text.height - 8;
}

/** The line through the words that were dropped. */
export function droppedLine({ dropped }: Rows): number {
  return dropped.top + 0.5 * dropped.height;
}
