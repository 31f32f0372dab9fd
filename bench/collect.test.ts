import { expect, test } from 'vitest';
import { backendOf, measurementOf, methodOf } from '../src/measure/testing/example-measurement.ts';
import { collect } from './collect.ts';

const ratios = [1.4, 1.5, 1.6, 1.5, 1.5];
const whole = measurementOf(
  backendOf('wasm', (tokens) => 4 + tokens, [
    methodOf('speculative', ...ratios),
    methodOf('turns', 0.9, 1.2),
  ]),
  backendOf('webgpu', () => 5, [methodOf('speculative', ...ratios)]),
);
const phone = {
  ...measurementOf(
    backendOf('wasm', (tokens) => tokens, []),
    {
      outcome: 'unavailable' as const,
      backend: 'webgpu' as const,
      reason: 'this browser has | no WebGPU',
    },
  ),
};
const file = (name: string, json: unknown) => ({ name, text: JSON.stringify(json) });
const rowsOf = (markdown: string) => markdown.split('\n').filter((line) => /^\| (?!device)/.test(line));

test('a row per device and backend, with t(k), plain speed and both speed-ups', () => {
  const { markdown, refused } = collect([file('a.json', whole)]);
  expect(refused).toEqual([]);
  expect(rowsOf(markdown)).toEqual([
    '| macOS 15.1 arm, 8 cores, Chromium 156 (2026-11-29) | WebAssembly (2 threads) | Story teller | 1.20 | 1.80 | 2.60 | both | 166.7 | 1.50 (1.40–1.60), faster | 1.05 (0.90–1.20), open |',
    '| macOS 15.1 arm, 8 cores, Chromium 156 (2026-11-29) | WebGPU (apple metal-3) | Story teller | 1.00 | 1.00 | 1.00 | memory | 166.7 | 1.50 (1.40–1.60), faster | – |',
  ]);
});

test('broken files, and those of another version, are refused by name; the others make the table', () => {
  const { markdown, refused } = collect([
    file('new.json', { ...whole, version: 7 }),
    file('phone.json', phone),
    { name: 'cut.json', text: JSON.stringify(whole).slice(0, 400) },
  ]);
  expect(rowsOf(markdown)).toHaveLength(1);
  expect(markdown).toContain('no WebGPU, because this browser has   no WebGPU');
  expect(refused).toEqual([
    expect.stringMatching(/^new\.json: .*its version is 7/),
    expect.stringMatching(/^cut\.json: .*it is not JSON/),
  ]);
  expect(collect([{ name: 'x', text: '{}' }]).markdown).toBe('');
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', [], 'Firefox 140'],
  [
    'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15',
    [],
    'Safari 18',
  ],
  ['Node.js/20.19.0', [], 'Node.js 20'],
  [
    'Mozilla/5.0',
    [
      { brand: 'Not:A-Brand', version: '8.0.0.0' },
      { brand: 'Chromium', version: '156.0.1.2' },
      { brand: 'Google Chrome', version: '156.0.1.2' },
    ],
    'Google Chrome 156',
  ],
])('%s is named', (userAgent, brands, named) => {
  const { markdown } = collect([file('a.json', { ...whole, host: { ...whole.host, userAgent, brands } })]);
  expect(markdown).toContain(`8 cores, ${named} (2026-11-29)`);
});

test('nothing in a file breaks out of its cell', () => {
  const host = { ...whole.host, model: 'x | y\n| z <b>' };
  const [row] = rowsOf(collect([file('a.json', { ...whole, host })]).markdown);
  expect(row?.split('|')).toHaveLength(12);
  expect(row).not.toContain('<b>');
});
