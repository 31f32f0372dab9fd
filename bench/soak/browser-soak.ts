import { chromium, type Page } from 'playwright';
import { launchOptions } from '../../scripts/find-browser.ts';
import { type HeapUse, PageWorkers } from '../../scripts/testing/page-workers.ts';
import type { Holdings, Reading, Row } from './measures.ts';
import type { SoakAmounts } from './soak.ts';
import { soak } from './soak-run.ts';

/** Soaks the engines of two tabs of one browser, side by side: they share storage and locks. */
export async function soakBrowser(
  siteUrl: string,
  profile: string,
  amounts: SoakAmounts,
  log: (line: string) => void,
): Promise<Row[]> {
  // A profile on disk, as people have.
  const context = await chromium.launchPersistentContext(profile, launchOptions());
  try {
    const tabs = [await openTab(1), await openTab(2)];
    async function openTab(number: number): Promise<Tab> {
      const page = await context.newPage();
      await page.exposeFunction('onSoakProgress', (text: string) => log(`tab ${number}: ${text}`));
      const tab = await Tab.open(page, siteUrl);
      return tab;
    }
    const inTabs = async (work: (page: Page) => Promise<void>): Promise<void> => {
      await Promise.all(tabs.map(({ page }) => work(page)));
    };
    const rows = await soak(
      {
        start: () => inTabs((page) => page.evaluate(() => window.soak.start())),
        run: (given) => inTabs((page) => page.evaluate((each) => window.soak.run(each), inHalf(given))),
        settle: () => inTabs((page) => page.evaluate(() => window.soak.settle())),
        close: () => inTabs((page) => page.evaluate(() => window.soak.close())),
        read: async () => {
          const readings = await Promise.all(tabs.map((tab) => tab.read()));
          const ofTabs = readings.flatMap((reading, index) =>
            Object.entries(reading).map(([place, held]) => [`tab ${index + 1}, ${place}`, held] as const),
          );
          return Object.fromEntries([
            ...ofTabs,
            ['browser', await tabs[0]!.page.evaluate(() => window.soak.readOrigin())],
          ]);
        },
      },
      amounts,
    );
    return rows;
  } finally {
    await context.close();
  }
}

const inHalf = (amounts: SoakAmounts): SoakAmounts => ({
  decodes: Math.ceil(amounts.decodes / 2),
  loads: Math.ceil(amounts.loads / 2),
  deviceLosses: Math.ceil(amounts.deviceLosses / 2),
  workerDeaths: Math.ceil(amounts.workerDeaths / 2),
});

class Tab {
  readonly page: Page;
  readonly #workers: PageWorkers;

  private constructor(page: Page, workers: PageWorkers) {
    this.page = page;
    this.#workers = workers;
  }

  static async open(page: Page, siteUrl: string): Promise<Tab> {
    const workers = await PageWorkers.watch(page);
    await page.goto(`${siteUrl}page.html`);
    await page.waitForFunction('window.soak !== undefined');
    return new Tab(page, workers);
  }

  async read(): Promise<Reading> {
    const session = await this.page.context().newCDPSession(this.page);
    const heaps: Holdings[] = [];
    // Twice: what one side collects lets go of what the other holds for it.
    for (let round = 0; round < 2; round++) {
      heaps.length = 0;
      await session.send('HeapProfiler.collectGarbage');
      heaps.push(heapOf(await session.send('Runtime.getHeapUsage')));
      for (const worker of this.#workers.ids) {
        await this.#workers.call(worker, 'HeapProfiler.collectGarbage');
        const use = await this.#workers.call<HeapUse>(worker, 'Runtime.getHeapUsage');
        if (use) heaps.push(heapOf(use));
      }
    }
    await session.detach();
    const [own = {}, ...ofWorkers] = heaps;
    const engines = Object.entries(await this.page.evaluate(() => window.soak.readEngines()));
    return {
      page: { ...own, workers: this.#workers.ids.length },
      // Workers and engines start in the same order; the mortal engine's is always the last.
      ...Object.fromEntries(engines.map(([name, held], index) => [name, { ...held, ...ofWorkers[index] }])),
    };
  }
}

/** What CDP knows of it is wider than its type. */
const heapOf = (use: { readonly usedSize: number; readonly backingStorageSize?: number }): Holdings => ({
  'heap bytes': use.usedSize,
  'buffer bytes': use.backingStorageSize ?? 0,
});
