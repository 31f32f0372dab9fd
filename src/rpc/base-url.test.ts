import { expect, test } from 'vitest';
import { baseUrlOf } from './base-url.ts';

test.each([
  ['a page', 'https://a.test/b/page.html', 'https://a.test/b/page.html', 'https://a.test/b/models/'],
  [
    'a page with <base href>',
    'https://cdn.test/c/',
    'https://a.test/b/page.html',
    'https://cdn.test/c/models/',
  ],
  ['a srcdoc frame', 'https://a.test/b/page.html', 'about:srcdoc', 'https://a.test/b/models/'],
  ['a blob: document', 'blob:https://a.test/1-2', 'blob:https://a.test/1-2', 'https://a.test/models/'],
  ['a worker', undefined, 'https://a.test/w/worker.js', 'https://a.test/w/models/'],
])('in %s addresses are relative to its base', (_, baseURI, href, models) => {
  const location = { href, origin: 'https://a.test' };
  const base = baseUrlOf(baseURI === undefined ? { location } : { document: { baseURI }, location });
  expect(new URL('models/', base).href).toBe(models);
});
