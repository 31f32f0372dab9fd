import { expect, test } from 'vitest';
import { formatTime } from './format-time.ts';

const time = new Date(2024, 6, 4, 15, 5, 9);

test.each([
  ['%d %b %Y', '04 Jul 2024'],
  ['%B %-d, %Y', 'July 4, 2024'],
  ['%Y-%m-%d %H:%M:%S', '2024-07-04 15:05:09'],
  ['%A %a %j %y %I %p %%', 'Thursday Thu 186 24 03 PM %'],
  ['today', 'today'],
])('a time as %s', (format, text) => {
  expect(formatTime(format, time)).toBe(text);
});

test.each(['%Q', '%'])('refuses %s', (format) => {
  expect(() => formatTime(format, time)).toThrow(`the format ${format} of a time is not supported here`);
});
