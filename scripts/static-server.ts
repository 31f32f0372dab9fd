import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import sirv from 'sirv';
import { isolationHeaders } from './isolation-headers.ts';

export interface StaticServerOptions {
  readonly folder: string;
  /** Send the headers that make pages cross-origin isolated; default true. */
  readonly isolated?: boolean;
  /** Sent with every file besides those. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Address to listen on; default 127.0.0.1, which this machine alone reaches. */
  readonly host?: string;
  /** Port to listen on; default any free one. */
  readonly port?: number;
  /** Take the next free port if `port` is in use. */
  readonly orNextPort?: boolean;
  readonly proxied?: readonly ProxiedPath[];
}

/** A path answered by another HTTP server. */
export interface ProxiedPath {
  /** Beginning and ending with a slash. */
  readonly path: string;
  /** Folder that answers, ending with a slash. */
  readonly target: URL;
  /** Files below the path that this server answers itself. */
  readonly except?: readonly string[];
}

export interface StaticServer {
  /** Address of the folder, with a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Headers about one connection, which end at a proxy (RFC 9110, section 7.6.1). */
const connectionHeaders = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'host',
];

/**
 * Hands a request on and its answer back: status, headers and body as they come. A body that breaks off breaks off
 * here too, so that the reader sees what it would see without the proxy.
 */
function proxy(target: URL, incoming: IncomingMessage, response: ServerResponse): void {
  const headers = { ...incoming.headers };
  for (const name of connectionHeaders) delete headers[name];
  const outgoing = request(target, { method: incoming.method ?? 'GET', headers }, (answer) => {
    const answerHeaders = { ...answer.headers };
    for (const name of ['connection', 'keep-alive']) delete answerHeaders[name];
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answerHeaders);
    pipeline(answer, response, (error) => {
      if (error) response.destroy();
    });
  });
  outgoing.on('error', (error) => {
    if (response.headersSent) return response.destroy();
    response.writeHead(502, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end(`No answer from ${target.origin}: ${error.message}\n`);
  });
  response.on('close', () => outgoing.destroy());
  outgoing.end();
}

/** Serves a folder as any static file server would. Rejects with EADDRINUSE if the port is taken. */
export async function serveFolder(options: StaticServerOptions): Promise<StaticServer> {
  const headers = { ...(options.isolated === false ? {} : isolationHeaders), ...options.headers };
  const files = sirv(options.folder, {
    etag: true,
    setHeaders: (response) => {
      for (const [name, value] of Object.entries<string>(headers)) response.setHeader(name, value);
      // Asked for again on every visit: a rebuilt page must not run beside old files.
      response.setHeader('Cache-Control', 'no-cache');
    },
  });
  const server = createServer((incoming, response) => {
    const path = incoming.url ?? '/';
    const match = options.proxied?.find((proxied) => path.startsWith(proxied.path));
    const rest = path.slice(match?.path.length);
    if (match && !match.except?.includes(rest)) {
      return proxy(new URL(`./${rest}`, match.target), incoming, response);
    }
    files(incoming, response, () => {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('Not found\n');
    });
  });
  const host = options.host ?? '127.0.0.1';
  await listen(server, host, options.port ?? 0, options.orNextPort ?? false);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, host: string, port: number, orNextPort: boolean): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!inUse || !orNextPort || port >= 65_535) throw error;
    await listen(server, host, port + 1, true);
  }
}
