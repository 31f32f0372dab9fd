import { ensureLibrary } from '../build.ts';
import { openInNode } from './node-terminal.ts';
import type { TerminalEngines } from './run-command.ts';

/** The engines that a clone of the repository has, built where they are not. */
export const repositoryEngines: TerminalEngines = {
  node: async (needs) => {
    await ensureLibrary();
    return openInNode(needs);
  },
  // Playwright and the site's server are loaded where they are asked for.
  browser: async (needs) => (await import('./browser-terminal.ts')).openInBrowser(needs),
};
