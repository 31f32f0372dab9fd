import { demo } from './demo/run-demo.ts';
import { repositoryEngines } from './terminal/repository-engines.ts';
import { runCommand } from './terminal/run-command.ts';
import { runAsProcess } from './terminal/terminal-io.ts';

await runAsProcess((io) => runCommand(demo, process.argv.slice(2), io, repositoryEngines, 'npm run demo --'));
