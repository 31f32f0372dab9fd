import { tokenWord } from '../story/token-words.ts';
import { byLook } from './by-look.ts';
import { type Context, type Detail, fittingText, type Scene } from './paint-scene.ts';
import type { HangingItem, ProposalItem, RoundItems } from './rhythm-items.ts';
import { memberColour, memberDash } from './rhythm-palette.ts';
import { droppedLine, slotLine, textLine } from './rhythm-rows.ts';

/** Lines that rise or fall at one verdict stand so many pixels apart. */
const lineDistance = 3;
const bend = 6;
/** From the note to its word. */
const wordIndent = 9;
/** Of a note's head, radians. */
const noteTilt = -0.35;

/** A proposal, and where its line goes: from the note along `y` to `turnX`, and from there up or down to `endY`. */
interface Hung {
  readonly proposal: ProposalItem;
  readonly noteX: number;
  readonly turnX: number;
  readonly y: number;
  readonly endY: number;
  /** How far towards `endY` it has come. */
  readonly arrivedY: number;
}

/**
 * Proposals: a note hangs from the end of the forward that drew it, on a line in its member's pattern with its word.
 * At the verdict the line rises into the text or falls among what was dropped; a discarded one falls faded. What
 * looks alike is painted in one go: stroke by stroke it would take most of a frame.
 */
export function paintProposals(context: Context, scene: Scene, detail: Detail): void {
  const hung = scene.rounds.flatMap((round) => hungOf(round, scene));
  // Those of one member and one fate; what is pointed at stands out alone.
  const looks = byLook(
    hung,
    (one) => `${one.proposal.member} ${one.proposal.fate} ${isPointedAt(one, scene)}`,
  );
  for (const look of looks) paintLines(context, scene, look);
  for (const look of looks) paintNotes(context, scene, look);
  if (detail === 'words') for (const one of hung) paintWord(context, scene, one);
  for (const hanging of scene.hanging) paintHanging(context, scene, hanging);
}

function hungOf(round: RoundItems, scene: Scene): Hung[] {
  const { rows, scale } = scene;
  const turns = turnsOf(round, scale);
  return round.proposals.map((proposal, index) => {
    const y = slotLine(rows.lanes[proposal.member], proposal.slot);
    const endY = proposal.fate === 'accepted' ? textLine(rows) : droppedLine(rows);
    const arrivedY = y + (endY - y) * scene.arrival(round.index);
    return { proposal, noteX: scale.x(proposal.drawnMs), turnX: turns[index], y, endY, arrivedY };
  });
}

/**
 * Where each of a round's lines turns up or down. The deeper a line hangs, the later it rises and the earlier it
 * falls: so none crosses another of its lane.
 */
function turnsOf({ proposals, atMs }: RoundItems, scale: Scene['scale']): number[] {
  const byDepth = proposals.toSorted((a, b) => a.member - b.member || a.slot - b.slot);
  const rising = byDepth.filter(({ fate }) => fate === 'accepted').reverse();
  const falling = byDepth.filter(({ fate }) => fate !== 'accepted');
  return proposals.map((proposal) => {
    const rank = (proposal.fate === 'accepted' ? rising : falling).indexOf(proposal);
    return scale.x(atMs) - rank * lineDistance;
  });
}

function isPointedAt({ proposal }: Hung, { pointedAt }: Scene): boolean {
  return pointedAt?.kind === 'proposal' && pointedAt.proposal === proposal;
}

function paintLines(context: Context, scene: Scene, look: readonly Hung[]): void {
  const { member, fate } = look[0].proposal;
  const { bars } = scene.rows.lanes[member];
  const isMarked = isPointedAt(look[0], scene);
  const stems = new Path2D();
  const lines = new Path2D();
  for (const { noteX, turnX, y, endY, arrivedY } of look) {
    stems.moveTo(noteX, bars.top + bars.height);
    stems.lineTo(noteX, y);
    const radius = Math.max(0, Math.min(bend, (turnX - noteX) / 2));
    lines.moveTo(noteX, y);
    lines.arcTo(turnX, y, turnX, endY, radius);
    lines.lineTo(turnX, arrivedY + Math.sign(y - endY) * radius);
    lines.arcTo(turnX, arrivedY, turnX + radius, arrivedY, radius);
  }
  context.globalAlpha = shareOfInk(look[0], scene);
  context.strokeStyle = memberColour(scene.palette, member);
  context.lineWidth = 1;
  context.setLineDash([]);
  context.stroke(stems);
  context.lineWidth = isMarked ? 3 : fate === 'accepted' ? 1.75 : 1.25;
  context.setLineDash(memberDash(member));
  context.stroke(lines);
  context.globalAlpha = 1;
}

function paintNotes(context: Context, scene: Scene, look: readonly Hung[]): void {
  const { member, fate } = look[0].proposal;
  const notes = new Path2D();
  for (const { noteX, y } of look) addNote(notes, noteX, y);
  context.globalAlpha = shareOfInk(look[0], scene);
  fillNotes(
    context,
    notes,
    memberColour(scene.palette, member),
    fate === 'accepted' ? null : scene.palette.sheet,
  );
  context.globalAlpha = 1;
}

function shareOfInk(one: Hung, scene: Scene): number {
  return one.proposal.fate === 'discarded' && !isPointedAt(one, scene) ? 0.5 : 1;
}

function paintWord(context: Context, scene: Scene, { proposal, noteX, turnX, y }: Hung): void {
  const { palette } = scene;
  const { text, fate } = proposal;
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
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(x, lane.bars.top + lane.bars.height);
  context.lineTo(x, y);
  context.stroke();
  const note = new Path2D();
  addNote(note, x, y);
  fillNotes(context, note, colour, null);
}

function addNote(notes: Path2D, x: number, y: number): void {
  // Each a contour of its own: no line joins it to the one before.
  notes.moveTo(x + 2.6 + 4 * Math.cos(noteTilt), y + 4 * Math.sin(noteTilt));
  notes.ellipse(x + 2.6, y, 4, 2.9, noteTilt, 0, 2 * Math.PI);
}

/** Note heads: full, or hollow for what was dropped. */
function fillNotes(context: Context, notes: Path2D, colour: string, hollow: string | null): void {
  context.fillStyle = hollow ?? colour;
  context.fill(notes);
  if (hollow === null) return;
  context.setLineDash([]);
  context.lineWidth = 1.4;
  context.strokeStyle = colour;
  context.stroke(notes);
}
