import { describe, expect, test } from 'vitest';
import { localUrl, urlOrPath } from './node-paths.ts';

const base = 'file:///home/me/my%20work/';

describe.skipIf(process.platform === 'win32')('on this machine', () => {
  test.each<[string, string | null]>([
    ['./model', 'file:///home/me/my%20work/model'],
    ['../model/', 'file:///home/me/model'],
    ['/data/a b#1?100%', 'file:///data/a%20b%231%3F100%25'],
    ['.', null],
    ['..', null],
    ['owner/name', null],
    ['story-base', null],
    ['.hidden/name', null],
    ['https://x.example/model/', null],
    ['file:///model/', null],
  ])('the path %s is %s', (path, url) => {
    expect(localUrl(path, base)).toBe(url);
  });

  test('what is relative to a page is no path', () =>
    expect(localUrl('./m', 'https://x.example/')).toBeNull());

  test('an option is an address, or any path', () => {
    expect(urlOrPath('https://x.example/models/')).toBe('https://x.example/models/');
    expect(urlOrPath('file:///models/')).toBe('file:///models/');
    expect(urlOrPath('/mod#els')).toBe('file:///mod%23els');
    expect(urlOrPath('models')).toMatch(/^file:\/\/\/.*\/models$/);
  });
});
