import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type StaticServer, type StaticServerOptions, serveFolder } from './static-server.ts';

let folder: string;
const closers: (() => Promise<void>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'antiphon-server-'));
  writeFileSync(join(folder, 'index.html'), '<title>story</title>');
});

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  rmSync(folder, { recursive: true });
});

async function serve(options: Omit<StaticServerOptions, 'folder'> = {}): Promise<StaticServer> {
  const server = await serveFolder({ folder, ...options });
  closers.push(server.close);
  return server;
}

/** A server of somebody else's, as a base address. */
async function foreignServer(answer: RequestListener): Promise<URL> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/shelf/`);
}

test('the page comes cross-origin isolated, unless asked otherwise', async () => {
  const isolated = await fetch((await serve()).url);
  const open = await fetch((await serve({ isolated: false })).url);

  expect(await isolated.text()).toBe('<title>story</title>');
  expect(isolated.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
  expect(isolated.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
  expect(open.status).toBe(200);
  expect(open.headers.get('Cross-Origin-Embedder-Policy')).toBeNull();
});

test('a missing file is a 404', async () => {
  expect((await fetch(`${(await serve()).url}models/none.json`)).status).toBe(404);
});

test('a port in use is refused, or the next free one taken', async () => {
  const port = Number(new URL((await serve()).url).port);

  await expect(serve({ port })).rejects.toThrow('EADDRINUSE');
  expect(Number(new URL((await serve({ port, orNextPort: true })).url).port)).toBeGreaterThan(port);
});

test('a proxied path passes on path, query, status, headers and body', async () => {
  const shelf = await foreignServer((request, response) => {
    response.writeHead(418, { 'X-Shelf': 'top' });
    response.end(`${request.method} ${request.url}`);
  });
  const { url } = await serve({ proxied: [{ path: '/shelf/', target: shelf }] });

  const answer = await fetch(`${url}shelf/a/model.onnx?part=1`);

  expect(answer.status).toBe(418);
  expect(answer.headers.get('X-Shelf')).toBe('top');
  expect(await answer.text()).toBe('GET /shelf/a/model.onnx?part=1');
});

test('a file excepted from a proxied path is answered from the folder', async () => {
  const shelf = await foreignServer((_request, response) => response.end('from the shelf'));
  const { url } = await serve({ proxied: [{ path: '/', target: shelf, except: ['index.html'] }] });

  expect(await (await fetch(`${url}index.html`)).text()).toBe('<title>story</title>');
  expect(await (await fetch(`${url}other.html`)).text()).toBe('from the shelf');
});

test('a body that breaks off behind the proxy breaks off before it', async () => {
  const shelf = await foreignServer((_request, response) => {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('half of it', () => response.destroy());
  });
  const { url } = await serve({ proxied: [{ path: '/shelf/', target: shelf }] });

  const answer = await fetch(`${url}shelf/model.onnx`);

  expect(answer.headers.get('Content-Length')).toBe('100');
  await expect(answer.text()).rejects.toThrow();
});

test('a server that is not there is a 502 that names it', async () => {
  const shelf = await foreignServer(() => {});
  await closers.pop()?.();
  const { url } = await serve({ proxied: [{ path: '/shelf/', target: shelf }] });

  const answer = await fetch(`${url}shelf/model.onnx`);

  expect(answer.status).toBe(502);
  expect(await answer.text()).toContain(shelf.origin);
});
