import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { HubContent } from './hub-content.ts';
import type { HubFault, HubRequest } from './hub-fault.ts';

interface Part {
  readonly status: 200 | 206 | 416;
  readonly start: number;
  readonly end: number;
  readonly contentRange: string | null;
}

/** Sends a file, or the part of it that is asked for (RFC 9110, section 14), or what `fault` makes of it. */
export function sendContent(
  request: IncomingMessage,
  response: ServerResponse,
  record: HubRequest,
  content: HubContent,
  hash: string,
  fault: HubFault | null,
): void {
  const etag = `"${fault?.kind === 'new-etag' ? 'changed' : hash}"`;
  if (fault?.kind === 'status') {
    record.status = fault.status;
    response.writeHead(fault.status, {
      ...(fault.retryAfter !== undefined && { 'retry-after': fault.retryAfter }),
    });
    response.end();
    return;
  }
  if (fault?.kind === 'html-page') {
    sendPage(response, record);
    return;
  }
  if (fault?.kind === 'lfs-pointer') {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${content.sha256}\nsize ${content.bytes}\n`;
    record.bytesSent += pointer.length;
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': pointer.length });
    response.end(pointer);
    return;
  }
  const isGzipWanted = /\bgzip\b/.test(String(request.headers['accept-encoding']));
  const isText = fault === null && record.path.endsWith('.json');
  if ((isText || fault?.kind === 'gzip') && isGzipWanted && request.headers.range === undefined) {
    const type = isText ? 'application/json' : 'application/octet-stream';
    void sendCompressed(request, response, record, content, { etag, 'content-type': type });
    return;
  }
  const part = partOf(request, content, etag, fault);
  record.status = part.status;
  response.writeHead(part.status, {
    etag,
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'content-length': part.end - part.start,
    ...(part.contentRange !== null && { 'content-range': part.contentRange }),
  });
  if (request.method === 'HEAD' || part.status === 416) response.end();
  else void sendBody(response, record, content, part, fault);
}

/** A page with status 200, as proxies and login walls show. */
export function sendPage(response: ServerResponse, record: HubRequest): void {
  const page = '<!doctype html><title>Sorry</title>';
  record.bytesSent += page.length;
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': page.length });
  response.end(page);
}

/** Text goes compressed to whoever takes it, as hubs do; the length that is told then counts other bytes. */
async function sendCompressed(
  request: IncomingMessage,
  response: ServerResponse,
  record: HubRequest,
  content: HubContent,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const packed = gzipSync(await buffer(content.read(0, content.bytes)));
  response.writeHead(200, {
    ...headers,
    'content-encoding': 'gzip',
    'content-length': packed.length,
  });
  if (request.method !== 'HEAD') record.bytesSent += packed.length;
  response.end(request.method === 'HEAD' ? undefined : packed);
}

function partOf(request: IncomingMessage, content: HubContent, etag: string, fault: HubFault | null): Part {
  const total = content.bytes;
  const whole: Part = { status: 200, start: 0, end: total, contentRange: null };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const condition = request.headers['if-range'];
  if (!range || fault?.kind === 'no-ranges' || (condition !== undefined && condition !== etag)) return whole;
  const start = Number(range[1]);
  const end = range[2] ? Math.min(Number(range[2]) + 1, total) : total;
  if (start >= total) return { status: 416, start: 0, end: 0, contentRange: `bytes */${total}` };
  const told = start + (fault?.kind === 'wrong-content-range' ? fault.shift : 0);
  return { status: 206, start, end, contentRange: `bytes ${told}-${end - 1}/${total}` };
}

async function sendBody(
  response: ServerResponse,
  record: HubRequest,
  content: HubContent,
  { start, end }: Part,
  fault: HubFault | null,
): Promise<void> {
  const ends = fault?.kind === 'cut' || fault?.kind === 'stall' ? fault.afterBytes : Infinity;
  const middle = (end - start) >> 1;
  let sent = 0;
  for await (const piece of content.read(start, Math.min(end, start + ends))) {
    if (response.destroyed) return;
    const bytes = Buffer.from(piece);
    if (fault?.kind === 'wrong-bytes' && sent <= middle && middle < sent + bytes.length) {
      bytes[middle - sent]! ^= 1;
    }
    await new Promise<void>((resolve) => response.write(bytes, () => resolve()));
    sent += bytes.length;
    record.bytesSent += bytes.length;
  }
  if (fault?.kind === 'cut') response.destroy();
  else if (fault?.kind !== 'stall') response.end();
}
