import { tokenWord } from '../story/token-words.ts';
import type { Context, Scene } from './paint-scene.ts';
import type { CommittedItem, RoundItems } from './rhythm-items.ts';
import { memberColour, memberDash } from './rhythm-palette.ts';
import { droppedLine, textLine } from './rhythm-rows.ts';

/** From the verdict to the first word. */
const wordIndent = 7;
const wordGap = 5;
/** Beyond the left edge a word has faded by then. */
const wordFade = 12;

/** A tick for each verdict. */
export function paintTicks(context: Context, scene: Scene): void {
  const { rounds, rows, palette, scale } = scene;
  const top = textLine(rows);
  context.beginPath();
  for (const { atMs } of rounds) {
    const x = Math.round(scale.x(atMs)) + 0.5;
    context.moveTo(x, top);
    context.lineTo(x, rows.dropped.top);
  }
  context.strokeStyle = palette.rule;
  context.lineWidth = 1;
  context.setLineDash([]);
  context.stroke();
}

/** In place of words where there is no room: a dot for a token that no line brings, a cross for a rejection. */
export function paintMarks(context: Context, { rounds, rows, palette, scale }: Scene): void {
  const [upper, lower] = [textLine(rows), droppedLine(rows)];
  const dots = new Path2D();
  const crosses = new Path2D();
  for (const { atMs, committed, proposals } of rounds) {
    const x = scale.x(atMs) + 3;
    if (committed.some(({ fate }) => fate !== 'accepted')) dots.roundRect(x, upper - 7, 4.5, 4.5, 2.25);
    if (!proposals.some(({ fate }) => fate === 'rejected')) continue;
    crosses.moveTo(x + 4, lower - 3);
    crosses.lineTo(x + 10, lower + 3);
    crosses.moveTo(x + 10, lower - 3);
    crosses.lineTo(x + 4, lower + 3);
  }
  context.fillStyle = palette.accent;
  context.fill(dots);
  context.strokeStyle = palette.danger;
  context.lineWidth = 1.5;
  context.setLineDash([]);
  context.stroke(crosses);
}

/** Above: the text as it is committed, word for word at its verdict. Below: what was rejected, struck through. */
export function paintWords(context: Context, scene: Scene): void {
  const { rounds, scale, nextVerdictMs } = scene;
  for (const [index, round] of rounds.entries()) {
    const nextMs = rounds[index + 1]?.atMs ?? nextVerdictMs;
    const left = scale.x(round.atMs) + wordIndent;
    const right = nextMs === null ? scale.width + 200 : scale.x(nextMs) - wordGap;
    paintCommitted(context, scene, round, left, right);
    paintDropped(context, scene, round, left, right);
  }
}

function paintCommitted(
  context: Context,
  scene: Scene,
  { committed, index }: RoundItems,
  left: number,
  right: number,
): void {
  const arrived = scene.arrival(index);
  const line = textLine(scene.rows);
  let x = left;
  context.save();
  context.globalAlpha = arrived;
  context.textBaseline = 'alphabetic';
  for (const item of committed) {
    const word = tokenWord(item.text);
    const font = `${item.fate === 'recovered' ? '600' : '400'} 16px ${scene.palette.serif}`;
    const width = scene.textWidth(word, font);
    if (x + width > right) {
      context.fillStyle = scene.palette.inkSoft;
      if (x + 8 <= right) context.fillText('…', x, line - 4);
      break;
    }
    context.globalAlpha = arrived * shareInSight(x);
    context.font = font;
    context.fillStyle = item.fate === 'recovered' ? scene.palette.accent : scene.palette.ink;
    context.fillText(word, x, line - 4 + (1 - arrived) * 10);
    underline(context, scene, item, x, width, line);
    x += width + wordGap;
  }
  context.restore();
}

/** A word that leaves at the left edge fades: cut off in the middle it would read as another. */
function shareInSight(x: number): number {
  return Math.min(1, Math.max(0, 1 + x / wordFade));
}

/** As the story marks its words: the proposer's pattern, twice for a recovered one, nothing for one that was drawn. */
function underline(
  context: Context,
  { palette }: Scene,
  { fate, member }: CommittedItem,
  x: number,
  width: number,
  y: number,
): void {
  if (fate === 'drawn') return;
  const isRecovered = fate === 'recovered' || member === null;
  context.strokeStyle = isRecovered ? palette.accent : memberColour(palette, member);
  context.lineWidth = isRecovered ? 1 : 1.75;
  context.setLineDash(isRecovered ? [] : memberDash(member));
  context.beginPath();
  for (const offset of isRecovered ? [-0.5, 2] : [0]) {
    context.moveTo(x, y + offset);
    context.lineTo(x + width, y + offset);
  }
  context.stroke();
}

function paintDropped(
  context: Context,
  scene: Scene,
  { proposals, index }: RoundItems,
  left: number,
  right: number,
): void {
  const rejected = proposals.find(({ fate }) => fate === 'rejected');
  const discarded = proposals.filter(({ fate }) => fate === 'discarded').length;
  if (!rejected && discarded === 0) return;
  const { palette } = scene;
  const line = droppedLine(scene.rows);
  let x = left;
  context.save();
  context.globalAlpha = scene.arrival(index);
  context.textBaseline = 'middle';
  if (rejected) {
    const font = `400 14px ${palette.serif}`;
    const word = tokenWord(rejected.text);
    const width = scene.textWidth(word, font);
    if (x + width <= right) {
      context.font = font;
      context.fillStyle = palette.inkSoft;
      context.fillText(word, x, line);
      context.strokeStyle = memberColour(palette, rejected.member);
      context.lineWidth = 1.5;
      context.setLineDash(memberDash(rejected.member));
      context.beginPath();
      context.moveTo(x - wordIndent, line);
      context.lineTo(x + width + 1, line);
      context.stroke();
      x += width + wordGap;
    }
  }
  const font = `italic 400 12px ${palette.serif}`;
  const more = `+ ${discarded}`;
  if (discarded > 0 && x + scene.textWidth(more, font) <= right) {
    context.font = font;
    context.fillStyle = palette.inkSoft;
    context.fillText(more, x, line);
  }
  context.restore();
}
