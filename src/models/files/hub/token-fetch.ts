import { EngineError } from '../../../errors/engine-error.ts';

/**
 * `fetch` that shows `token` to the origin of `address`, and to no other: a request elsewhere goes without it, and a
 * redirect to another origin loses it on the way (https://fetch.spec.whatwg.org/#http-redirect-fetch). The token lives
 * in this closure alone.
 * Throws EngineError `invalid-request` for an address that would carry it in the clear over a network.
 */
export function tokenFetch(
  fetch: typeof globalThis.fetch,
  token: string | undefined,
  address: string,
): typeof globalThis.fetch {
  if (token === undefined) return fetch;
  const { origin, protocol, hostname } = new URL(address);
  if (protocol !== 'https:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) {
    throw new EngineError(
      'invalid-request',
      `refusing to send a token to ${origin} without https: others on the network could read it. Use an https URL.`,
      { details: { field: 'token', origin } },
    );
  }
  return (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (new URL(url).origin !== origin) return fetch(input, init);
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };
}
