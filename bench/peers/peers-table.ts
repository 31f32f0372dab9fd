import { chromium } from 'playwright';
import { launchOptions } from '../../scripts/find-browser.ts';
import type { BrowserTable } from '../bench-table.ts';
import { serveContenders } from './contender-site.ts';
import { type ContextDecodes, measureSection } from './measure-section.ts';
import { howToInstallPeers, peersInstalled, peerVersion } from './peer-packages.ts';
import { peerRowsOf } from './peer-rows.ts';
import { peerSections } from './peer-sections.ts';
import { peersChart } from './peers-chart.ts';
import { peersPage } from './peers-page.ts';
import { stepPhasesOf } from './step-phases.ts';

/** Plain decoding beside the engines that a user would take instead, on the same weights in the same browser. */
export const peersTable: BrowserTable = {
  name: 'peers',
  missing: () =>
    peersInstalled() ? null : `the other engines are not installed; '${howToInstallPeers}' does that`,
  async measureInBrowser({ quick, fileName, modelsUrl, log }) {
    const site = await serveContenders(modelsUrl);
    const browser = await chromium.launch(launchOptions());
    const measured: ContextDecodes[] = [];
    const leftOut = new Map<string, readonly string[]>();
    try {
      for (const section of await peerSections(site, quick)) {
        leftOut.set(section.title, section.leftOut);
        measured.push(...(await measureSection(browser, site, section, log)));
      }
    } finally {
      await browser.close();
      await site.close();
    }
    const rows = measured.flatMap(peerRowsOf);
    const phases = measured.flatMap((each) => stepPhasesOf(each) ?? []);
    return {
      markdown: peersPage(rows, phases, leftOut, `${fileName}.svg`),
      data: { rows, phases, measured },
      chart: peersChart(rows, phases),
      where: {
        browser: `Chromium ${browser.version()}`,
        backend: [...new Set(rows.map(({ backend }) => backend))].join(' and '),
        threads: rows[0]?.threads ?? 0,
        versions: {
          'transformers.js': peerVersion('@huggingface/transformers') ?? '',
          wllama: peerVersion('@wllama/wllama') ?? '',
        },
      },
    };
  },
};
