import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const palette = readFileSync(new URL('palette.css', import.meta.url), 'utf8');
const [modern, fallback] = palette.split('@supports not');
const [light, dark] = fallback.split('@media (prefers-color-scheme: dark)');

function coloursOf(css: string): Record<string, string> {
  const found = css.matchAll(/(--[\w-]+): var\(--antiphon-[\w-]+, (#\w+)\)/g);
  return Object.fromEntries([...found].map(([, name, colour]) => [name, colour]));
}

test('a browser without light-dark() gets the same colours', () => {
  const pairs = [...modern.matchAll(/(--[\w-]+): var\(--antiphon-[\w-]+, light-dark\((#\w+), (#\w+)\)\)/g)];
  expect(pairs.length).toBeGreaterThan(10);
  // None is written in a way that this test does not read.
  expect(pairs.length).toBe(modern.split(', light-dark(').length - 1);
  expect(coloursOf(light)).toEqual(Object.fromEntries(pairs.map(([, name, colour]) => [name, colour])));
  expect(coloursOf(dark)).toEqual(Object.fromEntries(pairs.map(([, name, , colour]) => [name, colour])));
});
