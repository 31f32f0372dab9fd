import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';
import { projectFolder } from '../build.ts';

/**
 * Set up once for all tests in Node.js: a server of `public/` and of the project's own files at the addresses that
 * Vite's server gives them in the browser. src/models/testing/site.ts has its address.
 */
export default async function serveSite(): Promise<() => void> {
  const project = sirv(projectFolder, { dev: true });
  const site = sirv(`${projectFolder}/public`, { dev: true });
  const server = createServer((request, response) => {
    // A connection that is kept may be closed in the moment when a busy test sends its next request.
    response.setHeader('Connection', 'close');
    site(request, response, () => project(request, response, () => void response.writeHead(404).end()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  process.env.ANTIPHON_TEST_SITE = `http://127.0.0.1:${port}`;
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
