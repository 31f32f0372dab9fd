import { type Browser, chromium, type Page } from 'playwright';
import type {
  DecodeResult,
  EngineInfo,
  EngineOptions,
  LoadedModel,
  PrefillProgress,
} from '../../src/engine/engine-api.ts';
import type { DecodeRequest } from '../../src/engine/request-types.ts';
import type { Round } from '../../src/round/round.ts';
import type { Outcome } from '../../src/ui/page/terminal-harness.ts';
import { launchOptions } from '../find-browser.ts';

export interface EnginePageOptions {
  readonly engine: EngineOptions;
  readonly models: readonly string[];
  /** Called with every round; the engine waits for it. */
  readonly onRound?: (round: Round) => Promise<void> | void;
  /** Called while prompts are read, chunk after chunk. */
  readonly onPrefill?: (progress: PrefillProgress) => void;
}

/** A failure of the engine in the page, with its code. */
export class EnginePageError extends Error {
  override readonly name = 'EnginePageError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function valueFrom<Value>(outcome: Outcome<Value>): Value {
  if (outcome.ok) return outcome.value;
  throw new EnginePageError(outcome.code, outcome.message);
}

/** Takes JSPI away from the engine's worker, as older browsers are. To be called before the page is opened. */
export async function withoutJspi(page: Page): Promise<void> {
  await page.route(/engine\.worker[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `delete WebAssembly.Suspending;\n${await response.text()}` });
  });
}

/** The real engine in a browser without a window, driven from Node. */
export class EnginePage {
  readonly models: readonly LoadedModel[];
  readonly browserVersion: string;
  readonly #page: Page;
  readonly #browser: Browser;

  private constructor(page: Page, browser: Browser, models: readonly LoadedModel[]) {
    this.#page = page;
    this.#browser = browser;
    this.models = models;
    this.browserVersion = browser.version();
  }

  /**
   * Opens a served site in a browser and loads the models. Throws EnginePageError where the engine refuses, Error
   * where the browser fails.
   * @param siteUrl address of the site, ending with a slash
   */
  static async open(siteUrl: string, options: EnginePageOptions): Promise<EnginePage> {
    // Ctrl-C is for whoever opened the page: first it ends the decode, which still has something to tell.
    const browser = await chromium.launch({ ...launchOptions(), handleSIGINT: false });
    try {
      const page = await browser.newPage();
      const { onRound, onPrefill } = options;
      if (onRound) await page.exposeFunction('onAntiphonRound', onRound);
      if (onPrefill) await page.exposeFunction('onAntiphonPrefill', onPrefill);
      await page.goto(`${siteUrl}terminal.html`);
      await page.waitForFunction('window.antiphon !== undefined');
      const opened = await page.evaluate<Outcome<readonly LoadedModel[]>, [EngineOptions, readonly string[]]>(
        ([engine, models]) => window.antiphon.openEngine(engine, models),
        [options.engine, options.models],
      );
      return new EnginePage(page, browser, valueFrom(opened));
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Decodes; a second call waits in the engine's queue. Throws EnginePageError. */
  async decode(request: DecodeRequest): Promise<DecodeResult> {
    return valueFrom(await this.#page.evaluate((given) => window.antiphon.runDecode(given), request));
  }

  /** Ends the running decode and every later one of this page: they come to a result with finishReason `abort`. */
  async stop(): Promise<void> {
    await this.#page.evaluate(() => window.antiphon.stopDecode());
  }

  info(): Promise<EngineInfo> {
    return this.#page.evaluate(() => window.antiphon.info());
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
