import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const etagOf = (bytes: Uint8Array): string =>
  `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;

/** The file, with its length and an ETag. */
export const file =
  (bytes: Uint8Array): Answer =>
  (response, request) => {
    response.writeHead(200, { 'content-length': bytes.length, etag: etagOf(bytes) });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  };

/** The file in one stream that ends with the connection: nothing tells its length. */
export const fileOfUnknownLength =
  (bytes: Uint8Array): Answer =>
  (response, request) => {
    response.writeHead(200, { connection: 'close' });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  };

/**
 * The file as it lies on servers that store it compressed: under its own type, and a range is one of the compressed
 * bytes. The first answer breaks off after `firstBytes` of them.
 */
export const storedCompressed = (bytes: Uint8Array, firstBytes = Infinity): Answer => {
  const packed = gzipSync(bytes);
  let answers = 0;
  return (response, request) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start >= packed.length) return status(416)(response, request);
    const rest = packed.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      'content-type': 'application/octet-stream',
      'content-encoding': 'gzip',
      'content-length': rest.length,
      etag: etagOf(bytes),
      'access-control-expose-headers': 'ETag, Content-Range',
      ...(start > 0 && { 'content-range': `bytes ${start}-${packed.length - 1}/${packed.length}` }),
    });
    answers += request.method === 'GET' ? 1 : 0;
    if (request.method === 'HEAD') response.end();
    else if (answers > 1 || rest.length <= firstBytes) response.end(rest);
    else response.write(rest.subarray(0, firstBytes), () => response.destroy());
  };
};

/** Announces the whole length and hangs up in the middle. */
export const brokenOff =
  (bytes: Uint8Array): Answer =>
  (response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  };

/** Sends the first half and then nothing; `onHalf` is called when it is on its way. */
export const stalled =
  (bytes: Uint8Array, onHalf: () => void): Answer =>
  (response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, bytes.length >> 1), onHalf);
  };

export const status =
  (code: number): Answer =>
  (response) => {
    response.writeHead(code);
    response.end();
  };

export const htmlPage: Answer = (response, request) => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(request.method === 'HEAD' ? undefined : '<!doctype html><title>Not found</title>');
};

/** A real HTTP server on this machine whose answers a test sets path by path; everything else is 404. */
export class FileServer {
  readonly answers = new Map<string, Answer>();
  /** "GET /path" of every request, in order. */
  readonly requests: string[] = [];
  readonly #server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    this.requests.push(`${request.method} ${pathname}`);
    (this.answers.get(pathname) ?? this.fallback)(response, request);
  });
  fallback: Answer = status(404);

  static async start(): Promise<FileServer> {
    const server = new FileServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** Without a slash at its end. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
