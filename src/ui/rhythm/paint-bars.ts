import type { ForwardKind } from '../../round/round.ts';
import { byLook } from './by-look.ts';
import type { Context, Scene } from './paint-scene.ts';
import type { ForwardItem } from './rhythm-items.ts';
import { memberColour } from './rhythm-palette.ts';

/** Narrower bars have no pattern; nobody could see it. */
const minPatternPixels = 5;
const minLabelPixels = 12;

/** Each member's forwards: score is solid, draft hollow, prefill striped upright, catch-up striped flat. */
export function paintBars(context: Context, scene: Scene): void {
  const bars = scene.rounds.flatMap(({ forwards }) => forwards);
  const looks = byLook(bars, ({ member, kind, estimated }) => `${member} ${kind} ${estimated}`);
  for (const look of looks) paintGroup(context, scene, look);
  context.textBaseline = 'middle';
  for (const bar of bars) paintLabel(context, scene, bar);
}

function paintGroup(context: Context, scene: Scene, forwards: readonly ForwardItem[]): void {
  const { palette } = scene;
  const { member, kind, estimated } = forwards[0];
  const colour = memberColour(palette, member);
  const bars = new Path2D();
  const patterned = new Path2D();
  for (const forward of forwards) {
    const { x, y, width, height } = barBox(scene, forward);
    bars.roundRect(x, y, width, height, Math.min(4, width / 2));
    if (width >= minPatternPixels) patterned.roundRect(x, y, width, height, 4);
  }
  context.fillStyle = colour;
  context.globalAlpha = kind === 'score' ? 1 : 0.2;
  context.fill(bars);
  context.globalAlpha = 1;
  if (kind !== 'score') {
    context.strokeStyle = colour;
    context.lineWidth = 1.25;
    context.setLineDash(estimated ? [3, 2] : []);
    context.stroke(bars);
  }
  // A clip is dear, and most forwards have no stripes.
  if (!estimated && (kind === 'score' || kind === 'draft')) return;
  context.save();
  context.clip(patterned);
  paintStripes(context, scene, member, kind, colour);
  // Diagonals in the sheet's colour: a time that no clock has taken.
  if (estimated) paintLines(context, scene, member, 'diagonal', kind === 'score' ? palette.sheet : colour);
  context.restore();
}

function paintStripes(
  context: Context,
  scene: Scene,
  member: number,
  kind: ForwardKind,
  colour: string,
): void {
  if (kind === 'prefill') paintLines(context, scene, member, 'upright', colour);
  if (kind === 'catch-up') paintLines(context, scene, member, 'flat', colour);
}

/** Lines over the whole lane, which the clip cuts down to the bars; they keep their places when time moves on. */
function paintLines(
  context: Context,
  { scale, rows }: Scene,
  member: number,
  direction: 'upright' | 'flat' | 'diagonal',
  colour: string,
): void {
  const { top, height } = rows.lanes[member].bars;
  const path = new Path2D();
  if (direction === 'flat') {
    for (let y = top + 4; y < top + height; y += 5) {
      path.moveTo(0, y);
      path.lineTo(scale.width, y);
    }
  } else {
    const distance = direction === 'upright' ? 4 : 6;
    const slant = direction === 'upright' ? 0 : height;
    const start = -((scale.window.fromMs * scale.pixelsPerMs) % distance) - slant - distance;
    for (let x = start; x < scale.width + distance; x += distance) {
      path.moveTo(x + slant, top);
      path.lineTo(x, top + height);
    }
  }
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.setLineDash([]);
  context.stroke(path);
}

function paintLabel(context: Context, scene: Scene, forward: ForwardItem): void {
  const { x, y, width, height } = barBox(scene, forward);
  if (width < minLabelPixels) return;
  const { palette } = scene;
  const { kind, tokens, estimated } = forward;
  const font = `600 11px ${palette.sans}`;
  const fits = (text: string) => scene.textWidth(text, font) <= width - 8;
  const label = [`${kind} ${tokens}`, kind, String(tokens)].find(fits);
  if (label === undefined) return;
  context.font = font;
  const textWidth = scene.textWidth(label, font);
  const left = x + (width - textWidth) / 2;
  const isStriped = estimated || kind === 'prefill' || kind === 'catch-up';
  if (isStriped) {
    context.fillStyle = kind === 'score' ? memberColour(palette, forward.member) : palette.sheet;
    context.fillRect(left - 3, y + 4, textWidth + 6, height - 8);
  }
  context.fillStyle = kind === 'score' ? palette.memberInk : palette.ink;
  context.fillText(label, left, y + height / 2 + 0.5);
}

/** Where a forward stands in the picture; never too narrow to be seen. */
export function barBox(
  { scale, rows }: Pick<Scene, 'scale' | 'rows'>,
  { member, startMs, endMs }: ForwardItem,
): { x: number; y: number; width: number; height: number } {
  const { top, height } = rows.lanes[member].bars;
  const x = scale.x(startMs);
  return { x, y: top, width: Math.max(0.4, scale.x(endMs) - x), height };
}
