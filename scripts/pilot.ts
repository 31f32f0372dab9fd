import { pilot } from './pilot/run-pilot-command.ts';
import { repositoryEngines } from './terminal/repository-engines.ts';
import { runCommand } from './terminal/run-command.ts';
import { runAsProcess } from './terminal/terminal-io.ts';

await runAsProcess((io) =>
  runCommand(pilot, process.argv.slice(2), io, repositoryEngines, 'npm run pilot --'),
);
