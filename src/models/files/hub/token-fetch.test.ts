import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileServer, file } from '../../testing/file-server.ts';
import { tokenFetch } from './token-fetch.ts';

let own: FileServer;
let other: FileServer;
/** "own /path Bearer …" of every request that arrived anywhere. */
let seen: string[];
beforeEach(async () => {
  [own, other] = await Promise.all([FileServer.start(), FileServer.start()]);
  seen = [];
  for (const [name, server] of [
    ['own', own],
    ['other', other],
  ] as const) {
    server.fallback = (response, request) => {
      const { pathname, searchParams } = new URL(request.url!, server.origin);
      seen.push(`${name} ${pathname} ${request.headers.authorization ?? 'without'}`);
      const [next, ...rest] = searchParams.getAll('to');
      if (next === undefined) return file(Buffer.from('{}'))(response, request);
      const to = new URL(next === 'own' ? own.origin : next === 'other' ? other.origin : server.origin);
      to.pathname = `/${next}`;
      for (const one of rest) to.searchParams.append('to', one);
      response.writeHead(Number(searchParams.get('status') ?? 302), { location: to.href });
      response.end();
    };
  }
});
afterEach(() => Promise.all([own.stop(), other.stop()]));

test.each([
  ['', ['own /f Bearer secret']],
  ['?to=same', ['own /f Bearer secret', 'own /same Bearer secret']],
  ...[301, 302, 303, 307, 308].map((status): [string, string[]] => [
    `?status=${status}&to=other`,
    ['own /f Bearer secret', 'other /other without'],
  ]),
  ['?to=other&to=own', ['own /f Bearer secret', 'other /other without', 'own /own without']],
])(
  'a token goes to the origin of the model and follows no redirect elsewhere: /f%s',
  async (query, expected) => {
    const fetch = tokenFetch(globalThis.fetch, 'secret', own.origin);
    expect((await fetch(`${own.origin}/f${query}`)).ok).toBe(true);
    expect(seen).toEqual(expected);
  },
);

test('a request to another origin goes without the token, also to another port or name of this machine', async () => {
  const fetch = tokenFetch(globalThis.fetch, 'secret', own.origin);
  await fetch(`${other.origin}/f`);
  await fetch(`${own.origin.replace('127.0.0.1', 'localhost')}/f`).catch(() => {});
  expect(seen.filter((one) => !one.endsWith('without'))).toEqual([]);
  expect(seen[0]).toBe('other /f without');
});
