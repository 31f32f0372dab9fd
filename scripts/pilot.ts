import { runPilotCommand } from './pilot/run-pilot-command.ts';
import { repositoryEngines } from './terminal/repository-engines.ts';
import { runAsProcess } from './terminal/terminal-io.ts';

await runAsProcess((io) => runPilotCommand(process.argv.slice(2), io, repositoryEngines));
