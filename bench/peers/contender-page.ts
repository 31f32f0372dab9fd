import type { Browser, Page } from 'playwright';
import type { ContenderKind, ContenderSite } from './contender-site.ts';
import type { ContenderOptions, ContenderPrompt, OpenedContender, TimedDecode } from './pages/contender.ts';

/** One engine with one model in a page of its own, in a browser that several of them share. */
export class ContenderPage {
  readonly opened: OpenedContender;
  readonly #page: Page;

  private constructor(page: Page, opened: OpenedContender) {
    this.#page = page;
    this.opened = opened;
  }

  /** Throws what the engine throws. */
  static async open(
    browser: Browser,
    site: ContenderSite,
    kind: ContenderKind,
    options: Omit<ContenderOptions, 'packagesUrl'>,
  ): Promise<ContenderPage> {
    const page = await browser.newPage();
    try {
      await page.goto(kind === 'antiphon' ? `${site.url}terminal.html` : site.blankPage);
      await page.addScriptTag({ type: 'module', url: site.scriptOf(kind) });
      await page.waitForFunction('window.contender !== undefined');
      const opened = await page.evaluate((given) => window.contender.open(given), {
        ...options,
        packagesUrl: site.packagesUrl,
      });
      return new ContenderPage(page, opened);
    } catch (error) {
      await page.context().close();
      throw error;
    }
  }

  /** Throws what the engine throws. */
  decode(prompt: ContenderPrompt, maxTokens: number): Promise<TimedDecode> {
    return this.#page.evaluate(([given, limit]) => window.contender.decode(given, limit), [
      prompt,
      maxTokens,
    ] as const);
  }

  /** With its context, which the browser made for it alone. */
  close(): Promise<void> {
    return this.#page.context().close();
  }
}
