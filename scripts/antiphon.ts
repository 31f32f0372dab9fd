import { demo } from './demo/run-demo.ts';
import { pilot } from './pilot/run-pilot-command.ts';
import { openInNode } from './terminal/node-terminal.ts';
import { runCommand, type TerminalEngines } from './terminal/run-command.ts';
import type { OpenTerminalEngine } from './terminal/terminal-engine.ts';
import { runAsProcess } from './terminal/terminal-io.ts';

/*
 * The package's command: `antiphon --prompt "Once upon a time"` is `npm run demo` of the repository, `antiphon pilot
 * prompts.jsonl` is `npm run pilot`.
 */

const noBrowser: OpenTerminalEngine = () => {
  throw new Error('--browser is for a clone of the repository, which has a page to run; leave it out here');
};

const engines: TerminalEngines = { node: openInNode, browser: noBrowser };
const args = process.argv.slice(2);
await runAsProcess((io) =>
  args[0] === 'pilot'
    ? runCommand(pilot, args.slice(1), io, engines, 'antiphon pilot')
    : runCommand(demo, args, io, engines, 'antiphon'),
);
