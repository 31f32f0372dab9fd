import { runDemo } from './demo/run-demo.ts';
import { repositoryEngines } from './terminal/repository-engines.ts';
import { runAsProcess } from './terminal/terminal-io.ts';

await runAsProcess((io) => runDemo(process.argv.slice(2), io, repositoryEngines));
