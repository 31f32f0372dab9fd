import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureLibrary } from '../../scripts/build.ts';
import { findBrowser } from '../../scripts/find-browser.ts';
import { soakBrowser } from './browser-soak.ts';
import { type Row, tableOf } from './measures.ts';
import { soakNode } from './node-soak.ts';
import type { SoakAmounts } from './soak.ts';
import { openSoakSite } from './soak-site.ts';

/** What takes a quarter of an hour on two cores. */
const fullMinutes = 15;
const full: SoakAmounts = { decodes: 10_000, loads: 200, deviceLosses: 50, workerDeaths: 20 };

/**
 * `npm run test:soak -- --minutes 2` does so much less in less time, `--scale 0.1` a tenth, `--only node` or `--only browser`
 * one side alone. Prints what was there at the start and at the end, and returns the rows.
 */
export async function runSoak(args: readonly string[]): Promise<readonly Row[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { minutes: { type: 'string' }, scale: { type: 'string' }, only: { type: 'string' } },
  });
  const scale =
    values.scale === undefined ? Number(values.minutes ?? fullMinutes) / fullMinutes : Number(values.scale);
  if (!(scale > 0)) throw new Error('--minutes and --scale take a number above 0');
  if (values.only !== undefined && !['node', 'browser'].includes(values.only)) {
    throw new Error(`--only is '${values.only}'; give node or browser`);
  }
  const amounts = Object.fromEntries(
    Object.entries(full).map(([step, amount]) => [step, Math.ceil(amount * scale)]),
  ) as unknown as SoakAmounts;
  findBrowser();
  await ensureLibrary();
  const site = await openSoakSite();
  const began = performance.now();
  const log = (line: string): void =>
    void process.stdout.write(
      `  ${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}\n`,
    );
  try {
    const [ofNode, ofBrowser] = await Promise.all([
      values.only === 'browser'
        ? []
        : soakNode({ siteUrl: site.url, probePath: site.probePath, folder: site.folder, amounts }, (line) =>
            log(`Node.js: ${line}`),
          ),
      values.only === 'node' ? [] : soakBrowser(site.url, join(site.folder, 'profile'), amounts, log),
    ]);
    const named = (where: string, rows: readonly Row[]) =>
      rows.map((row) => ({ ...row, place: `${where}: ${row.place}` }));
    const rows = [...named('Node.js', ofNode), ...named('Chromium', ofBrowser)];
    process.stdout.write(`\n${tableOf(rows)}\n`);
    return rows;
  } finally {
    await site.close();
  }
}
