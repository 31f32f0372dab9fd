import { siteFolder } from '../scripts/build.ts';
import { serveFolder } from '../scripts/static-server.ts';
import type { BrowserBench, BrowserTable } from './bench-table.ts';
import { type FrameRow, frameRows, type WatchedRun } from './page/frame-rows.ts';
import { evenRounds, roundsPerSecond } from './page/played-run.ts';
import { WatchedPage } from './page/watched-page.ts';

/** What the page's main thread does while it shows a run, with the rhythm open and folded away. */
export const pageTable: BrowserTable = {
  name: 'page',
  missing: () => null,
  async measureInBrowser({ quick, log }) {
    const site = await serveFolder({ folder: siteFolder });
    const watched: WatchedRun[] = [];
    try {
      const [pairs, rounds] = quick ? [1, 500] : [4, 2000];
      const played = await WatchedPage.open(site.url, await evenRounds(rounds));
      try {
        watched.push(
          ...(await watchPairs(played, `${rounds} rounds, ${roundsPerSecond} a second`, pairs, log)),
        );
        watched.push({
          situation: 'zoom and pan through them',
          rhythm: 'open',
          ...(await played.watchMoves()),
        });
      } finally {
        await played.close();
      }
      const decoding = await WatchedPage.open(site.url, null);
      try {
        watched.push(...(await watchPairs(decoding, 'Fairy × Space on WASM', 3 * pairs, log)));
      } finally {
        await decoding.close();
      }
      const rows = frameRows(watched);
      return {
        markdown: pageReport(rows),
        data: { rows },
        where: { browser: `Chromium ${played.browserVersion}`, backend: 'wasm', threads: 2, versions: {} },
      };
    } finally {
      await site.close();
    }
  },
};

/** Runs the same story with the rhythm folded and open, close in time, first the one and then the other first. */
async function watchPairs(
  page: WatchedPage,
  situation: string,
  pairs: number,
  log: BrowserBench['log'],
): Promise<WatchedRun[]> {
  const watched: WatchedRun[] = [];
  // The first run of a page fetches and compiles: it is not counted.
  await page.watchRun({ isOpen: true, seed: 1 });
  for (let pair = 0; pair < pairs; pair++) {
    for (const isOpen of pair % 2 === 0 ? [true, false] : [false, true]) {
      const rhythm = isOpen ? 'open' : 'folded';
      const run = { situation, rhythm, ...(await page.watchRun({ isOpen, seed: pair + 2 })) } as const;
      watched.push(run);
      log(
        `${String(run.frameMs.length).padStart(7)} frames, ${run.longTaskMs.length} long tasks  ${situation}, ${rhythm}`,
      );
    }
  }
  return watched;
}

function pageReport(rows: readonly FrameRow[]): string {
  const line = (row: FrameRow): string =>
    `| ${[
      row.situation,
      row.rhythm,
      row.framesPerSecond.toFixed(1),
      row.medianMs.toFixed(1),
      row.p95Ms.toFixed(1),
      row.longestMs.toFixed(1),
      row.longTasksPerMinute.toFixed(1),
      row.longestTaskMs === 0 ? '–' : row.longestTaskMs.toFixed(0),
      String(row.runs),
    ].join(' | ')} |`;
  return `# The page while it shows a run

What the page's main thread does at 1440 × 900 while a story is written: the time from one animation frame to the next
(16.7 ms where none is dropped), and tasks of 50 ms and more as the browser's observers report them. The played rounds
come from a recording, at a steady pace, with everything of the page but its engine; the decodes are real ones, whose
engine has a worker and threads on the same cores. Runs with the rhythm open and folded away alternate.

| | rhythm | frames/s | median frame, ms | 95 % below, ms | longest, ms | long tasks a minute | longest task, ms | runs |
|---|---|---|---|---|---|---|---|---|
${rows.map(line).join('\n')}
`;
}
