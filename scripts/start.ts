import { parseArgs } from 'node:util';
import { ensureSite, siteFolder } from './build.ts';
import { serveFolder } from './static-server.ts';

/** `npm start`: serves the built page, which it builds first where the sources are newer. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '5173' },
    /** `0.0.0.0` lets other machines in; their browsers offer neither WebGPU nor storage without https. */
    host: { type: 'string', default: '127.0.0.1' },
  },
});

process.stdout.write('Building the page if its sources have changed …\n');
await ensureSite();
const server = await serveFolder({
  folder: siteFolder,
  host: values.host,
  port: Number(values.port),
  orNextPort: true,
});
process.stdout.write(`\n  Antiphon is at ${server.url}\n  Press Ctrl-C to stop.\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void server.close().then(() => process.exit(0)));
}
