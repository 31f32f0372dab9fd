const safelisted = [
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
];

/**
 * Node's fetch as a page of another origin sees its answers: without the headers that the server does not expose
 * (https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name).
 */
export const crossOriginFetch: typeof globalThis.fetch = async (input, init) => {
  const response = await globalThis.fetch(input, init);
  const exposed = response.headers.get('access-control-expose-headers')?.toLowerCase().split(/, */) ?? [];
  const headers = new Headers(
    [...response.headers].filter(([name]) => [...safelisted, ...exposed].includes(name)),
  );
  return Object.defineProperties(response, { type: { value: 'cors' }, headers: { value: headers } });
};
