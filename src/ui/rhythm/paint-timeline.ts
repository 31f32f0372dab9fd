import { barBox, paintBars } from './paint-bars.ts';
import { paintDensity } from './paint-density.ts';
import { paintProposals } from './paint-proposals.ts';
import { type Context, detailOf, type Scene } from './paint-scene.ts';
import { paintMarks, paintTicks, paintWords } from './paint-verdicts.ts';
import { memberColour } from './rhythm-palette.ts';
import { rulerMarks } from './timeline-scale.ts';

const minMarkPixels = 84;

/** One picture of the timeline. The context's unit is a CSS pixel. */
export function paintTimeline(context: Context, scene: Scene): void {
  const { scale, rows, palette } = scene;
  const detail = detailOf(scene);
  context.fillStyle = palette.sheet;
  context.fillRect(0, 0, scale.width, rows.height);
  paintLanes(context, scene);
  paintSelection(context, scene);
  paintRuler(context, scene);
  if (detail === 'density') paintDensity(context, scene);
  else paintTicks(context, scene);
  paintBars(context, scene);
  if (detail !== 'density') paintProposals(context, scene, detail);
  if (detail === 'words') paintWords(context, scene);
  if (detail === 'notes') paintMarks(context, scene);
  paintPointedAt(context, scene);
  paintEnd(context, scene);
}

function paintLanes(context: Context, { rows, palette, scale }: Scene): void {
  context.globalAlpha = 0.07;
  for (const [member, { bars }] of rows.lanes.entries()) {
    context.fillStyle = memberColour(palette, member);
    context.fillRect(0, bars.top, scale.width, bars.height);
  }
  context.globalAlpha = 1;
}

function paintRuler(context: Context, scene: Scene): void {
  const { scale, rows, palette } = scene;
  const marks = rulerMarks(scale, minMarkPixels);
  const step = marks.length > 1 ? marks[1] - marks[0] : 1000;
  const digits = step >= 1000 ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
  const font = `400 11px ${palette.sans}`;
  context.font = font;
  context.textBaseline = 'top';
  context.strokeStyle = palette.rule;
  context.lineWidth = 1;
  context.setLineDash([]);
  for (const ms of marks) {
    const x = Math.round(scale.x(ms)) + 0.5;
    const label = `${(ms / 1000).toFixed(digits)} s`;
    if (x + 4 + scene.textWidth(label, font) > scale.width) continue;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, rows.ruler.height - 4);
    context.stroke();
    context.fillStyle = palette.inkSoft;
    context.fillText(label, x + 4, 3);
  }
}

function paintSelection(context: Context, { rounds, selectedRound, scale, rows, palette }: Scene): void {
  const round = rounds.find(({ index }) => index === selectedRound);
  if (!round) return;
  const x = scale.x(round.fromMs);
  const width = Math.max(2, scale.x(round.atMs) - x);
  context.fillStyle = palette.accentWash;
  context.fillRect(x, rows.ruler.height, width, rows.height - rows.ruler.height);
  context.fillStyle = palette.accent;
  context.fillRect(x, rows.ruler.height - 3, width, 3);
}

function paintPointedAt(context: Context, scene: Scene): void {
  const { pointedAt, palette } = scene;
  if (pointedAt?.kind !== 'forward') return;
  const { x, y, width, height } = barBox(scene, pointedAt.forward);
  context.strokeStyle = palette.ink;
  context.lineWidth = 2;
  context.setLineDash([]);
  context.beginPath();
  context.roundRect(x - 1, y - 1, width + 2, height + 2, 5);
  context.stroke();
}

function paintEnd(context: Context, { liveEndMs, scale, rows, palette }: Scene): void {
  if (liveEndMs === null) return;
  context.fillStyle = palette.accent;
  context.fillRect(Math.round(scale.x(liveEndMs)), rows.ruler.height, 1.5, rows.height - rows.ruler.height);
}
