import { tokenWord } from '../token-words.ts';
import { type Context, type Detail, fittingText, type Scene } from './paint-scene.ts';
import type { HangingItem, ProposalItem, RoundItems } from './rhythm-items.ts';
import { memberColour, memberDash } from './rhythm-palette.ts';
import { droppedLine, slotLine, textLine } from './rhythm-rows.ts';

/** Lines that rise or fall at one verdict stand so many pixels apart. */
const lineDistance = 3;
const bend = 6;
/** From the note to its word. */
const wordIndent = 9;

/**
 * Proposals: a note hangs from the end of the forward that drew it, on a line in its member's pattern with its word.
 * At the verdict the line rises into the text or falls among what was dropped; a discarded one falls faded.
 */
export function paintProposals(context: Context, scene: Scene, detail: Detail): void {
  for (const round of scene.rounds) {
    const turns = turnsOf(round, scene);
    for (const [index, proposal] of round.proposals.entries()) {
      paintProposal(context, scene, proposal, turns[index], detail);
    }
  }
  for (const hanging of scene.hanging) paintHanging(context, scene, hanging);
}

/**
 * Where each of a round's lines turns up or down. The deeper a line hangs, the later it rises and the earlier it
 * falls: so none crosses another of its lane.
 */
function turnsOf({ proposals, atMs }: RoundItems, { scale }: Scene): number[] {
  const byDepth = proposals.toSorted((a, b) => a.member - b.member || a.slot - b.slot);
  const rising = byDepth.filter(({ fate }) => fate === 'accepted').reverse();
  const falling = byDepth.filter(({ fate }) => fate !== 'accepted');
  return proposals.map((proposal) => {
    const rank = (proposal.fate === 'accepted' ? rising : falling).indexOf(proposal);
    return scale.x(atMs) - rank * lineDistance;
  });
}

function paintProposal(
  context: Context,
  scene: Scene,
  proposal: ProposalItem,
  turnX: number,
  detail: Detail,
): void {
  const { rows, palette, scale } = scene;
  const { member, fate, slot, drawnMs, round } = proposal;
  const colour = memberColour(palette, member);
  const y = slotLine(rows.lanes[member], slot);
  const noteX = scale.x(drawnMs);
  const isPointedAt = scene.pointedAt?.kind === 'proposal' && scene.pointedAt.proposal === proposal;
  const line = new Path2D();
  line.moveTo(noteX, rows.lanes[member].bars.top + rows.lanes[member].bars.height);
  line.lineTo(noteX, y);
  const radius = Math.max(0, Math.min(bend, (turnX - noteX) / 2));
  const endY = fate === 'accepted' ? textLine(rows) : droppedLine(rows);
  const arrivedY = y + (endY - y) * scene.arrival(round);
  const path = new Path2D();
  path.moveTo(noteX, y);
  path.arcTo(turnX, y, turnX, endY, radius);
  path.lineTo(turnX, arrivedY + Math.sign(y - endY) * radius);
  path.arcTo(turnX, arrivedY, turnX + radius, arrivedY, radius);
  context.save();
  context.globalAlpha = fate === 'discarded' && !isPointedAt ? 0.5 : 1;
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.stroke(line);
  context.lineWidth = isPointedAt ? 3 : fate === 'accepted' ? 1.75 : 1.25;
  context.setLineDash(memberDash(member));
  context.stroke(path);
  paintNote(context, noteX, y, colour, fate === 'accepted' ? null : palette.sheet);
  context.restore();
  if (detail === 'words') paintWord(context, scene, proposal, noteX, turnX, y);
}

function paintWord(
  context: Context,
  scene: Scene,
  { text, fate }: ProposalItem,
  noteX: number,
  turnX: number,
  y: number,
): void {
  const { palette } = scene;
  const font = `${fate === 'discarded' ? 'italic' : '400'} 13.5px ${palette.serif}`;
  const word = fittingText(tokenWord(text), turnX - noteX - wordIndent - 4, font, scene);
  if (word === '') return;
  context.font = font;
  context.textBaseline = 'alphabetic';
  context.fillStyle = fate === 'accepted' ? palette.ink : palette.inkSoft;
  context.fillText(word, noteX + wordIndent, y - 4);
}

/** Its word is known at the verdict only. */
function paintHanging(
  context: Context,
  { rows, palette, scale }: Scene,
  { member, slot, drawnMs }: HangingItem,
): void {
  const lane = rows.lanes[member];
  if (!lane) return;
  const y = slotLine(lane, slot);
  const x = scale.x(drawnMs);
  const colour = memberColour(palette, member);
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, lane.bars.top + lane.bars.height);
  context.lineTo(x, y);
  context.stroke();
  paintNote(context, x, y, colour, null);
}

/** A note head: full, or hollow for what will be dropped. */
function paintNote(context: Context, x: number, y: number, colour: string, hollow: string | null): void {
  context.setLineDash([]);
  context.beginPath();
  context.ellipse(x + 2.6, y, 4, 2.9, -0.35, 0, 2 * Math.PI);
  context.fillStyle = hollow ?? colour;
  context.fill();
  if (hollow === null) return;
  context.lineWidth = 1.4;
  context.strokeStyle = colour;
  context.stroke();
}
