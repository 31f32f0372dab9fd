import { barBox } from './paint-bars.ts';
import type { TimelineItem } from './paint-scene.ts';
import type { ProposalItem, RoundItems } from './rhythm-items.ts';
import { type Band, type Rows, slotLine } from './rhythm-rows.ts';
import type { TimelineScale } from './timeline-scale.ts';

interface Place {
  readonly rounds: readonly RoundItems[];
  readonly rows: Rows;
  readonly scale: TimelineScale;
}

/** Fingers and pointers are not exact. */
const slack = 4;

/** What stands at a point of the picture: a forward, a proposal, else the round; null where there is nothing. */
export function itemAt(scene: Place, x: number, y: number): TimelineItem | null {
  return forwardAt(scene, x, y) ?? proposalAt(scene, x, y) ?? roundAt(scene, x, y);
}

function forwardAt(scene: Place, x: number, y: number): TimelineItem | null {
  const member = scene.rows.lanes.findIndex(({ bars }) => isWithin(bars, y));
  if (member < 0) return null;
  const near = scene.rounds
    .flatMap(({ forwards }) => forwards)
    .filter((forward) => forward.member === member)
    .map((forward) => ({ forward, distance: distanceTo(scene, forward, x) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= slack ? { kind: 'forward', forward: near.forward } : null;
}

function distanceTo(scene: Place, forward: Parameters<typeof barBox>[1], x: number): number {
  const box = barBox(scene, forward);
  return Math.max(box.x - x, x - box.x - box.width, 0);
}

function proposalAt({ rounds, rows, scale }: Place, x: number, y: number): TimelineItem | null {
  const member = rows.lanes.findIndex(({ hanging }) => isWithin(hanging, y));
  if (member < 0) return null;
  const lane = rows.lanes[member];
  const isAt = (proposal: ProposalItem): boolean =>
    proposal.member === member &&
    x >= scale.x(proposal.drawnMs) - slack &&
    x <= scale.x(proposal.verdictMs) + slack &&
    // A word stands on its line.
    y > slotLine(lane, proposal.slot) - lane.slotHeight + 3 &&
    y <= slotLine(lane, proposal.slot) + 3;
  const proposal = rounds.flatMap(({ proposals }) => proposals).find(isAt);
  return proposal ? { kind: 'proposal', proposal } : null;
}

/** Words stand behind the verdict that committed or dropped them, everything else before it. */
function roundAt({ rounds, rows, scale }: Place, x: number, y: number): TimelineItem | null {
  const ms = scale.ms(x);
  const isWord = isWithin(rows.text, y) || isWithin(rows.dropped, y);
  const round = isWord
    ? rounds.findLast(({ atMs }) => atMs <= ms)
    : rounds.find(({ fromMs, atMs }) => ms >= fromMs && ms < atMs);
  return round ? { kind: 'round', round } : null;
}

function isWithin({ top, height }: Band, y: number): boolean {
  return y >= top && y < top + height;
}

/** The round that an item belongs to; a proposal's is the one that judged it. */
export function roundOf(item: TimelineItem): number {
  if (item.kind === 'forward') return item.forward.round;
  return item.kind === 'proposal' ? item.proposal.round : item.round.index;
}
