import type { Context, Scene } from './paint-scene.ts';

/** Pixels of one column. */
const columnWidth = 2;

interface Column {
  committed: number;
  dropped: number;
}

/** From afar: columns of committed tokens standing above the lanes, columns of dropped proposals hanging below. */
export function paintDensity(context: Context, scene: Scene): void {
  const { rows, palette } = scene;
  const columns = columnsOf(scene);
  const most = columns.reduce((peak, { committed, dropped }) => Math.max(peak, committed, dropped), 1);
  const upper = rows.text.height - 4;
  const lower = rows.dropped.height - 4;
  const up = new Path2D();
  const down = new Path2D();
  for (const [index, { committed, dropped }] of columns.entries()) {
    const x = index * columnWidth;
    const height = (committed / most) * upper;
    if (committed > 0) up.rect(x, rows.text.top + rows.text.height - height, columnWidth - 0.5, height);
    if (dropped > 0) down.rect(x, rows.dropped.top, columnWidth - 0.5, (dropped / most) * lower);
  }
  context.fillStyle = palette.accent;
  context.fill(up);
  context.fillStyle = palette.danger;
  context.fill(down);
}

function columnsOf({ rounds, scale }: Scene): Column[] {
  const columns = Array.from({ length: Math.ceil(scale.width / columnWidth) }, (): Column => {
    return { committed: 0, dropped: 0 };
  });
  for (const { atMs, committed, proposals } of rounds) {
    const column = columns[Math.floor(scale.x(atMs) / columnWidth)];
    if (!column) continue;
    column.committed += committed.length;
    for (const { fate } of proposals) if (fate !== 'accepted') column.dropped++;
  }
  return columns;
}
