import { EngineError, type EngineErrorCode } from '../../src/errors/engine-error.ts';
import { renamed } from '../demo/renamed.ts';
import { EnginePage, EnginePageError } from './engine-page.ts';
import { serveEngine } from './served-engine.ts';
import type { OpenTerminalEngine } from './terminal-engine.ts';

/** The engine in a page of headless Chromium, as visitors have it. */
export const openInBrowser: OpenTerminalEngine = async (needs) => {
  const { backend, modelsUrl, usedModels, onRound, onPrefill } = needs;
  if (modelsUrl?.protocol === 'file:') {
    throw new Error(
      `--models-url is ${modelsUrl.href}; with --browser give the http address of a folder of models`,
    );
  }
  const site = await serveEngine(needs);
  /** An error of the page, with the names that the user knows. */
  const outside = (error: unknown): unknown => {
    if (!(error instanceof EnginePageError)) return error;
    const message = site.messageOutside(error.message);
    if (error.code === 'unexpected') return new Error(message, { cause: error });
    return new EngineError(error.code as EngineErrorCode, message, { cause: error });
  };
  let page: EnginePage;
  try {
    page = await EnginePage.open(site.url, {
      engine: { backend, ...site.locations },
      models: usedModels.map(site.nameInPage),
      ...(onRound && { onRound }),
      ...(onPrefill && { onPrefill }),
    });
  } catch (error) {
    await site.close();
    throw outside(error);
  }
  return {
    host: `Chromium ${page.browserVersion}`,
    models: page.models.map((model) => ({ ...model, id: site.nameOutside(model.id) })),
    decode: async (request) => {
      try {
        return renamed(await page.decode(renamed(request, site.nameInPage)), site.nameOutside);
      } catch (error) {
        throw outside(error);
      }
    },
    stop: () => page.stop(),
    info: () => page.info(),
    close: async () => {
      await page.close();
      await site.close();
    },
  };
};
