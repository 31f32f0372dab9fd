import { expect, test } from 'vitest';
import type { PeerRow } from './peer-rows.ts';
import { peersChart } from './peers-chart.ts';

const speed = (median: number) => ({ lower: median, median, upper: median, count: 1 });

const row = (name: string, tokensPerSecond: number | null, speedRatio: number | null): PeerRow => ({
  section: 'a model',
  backend: 'wasm',
  promptTokens: 32,
  name,
  threads: 2,
  version: null,
  tokensPerSecond: tokensPerSecond === null ? null : speed(tokensPerSecond),
  firstTokenMs: null,
  speedRatio: speedRatio === null ? null : speed(speedRatio),
  atLeast: null,
  firstTokenRatio: null,
  agreement: null,
  failure: tokensPerSecond === null ? 'out of memory' : null,
});

const chart = peersChart(
  [row('Antiphon', 100, null), row('a <peer>', 25, 4), row('another', null, null)],
  [
    {
      section: 'a model',
      promptTokens: 32,
      tokens: 9,
      msPerToken: { forward: 3, readback: 0, sample: 1, text: 0, loop: 0, page: -0.1 },
    },
  ],
);

/** Width of the first bar of a class. */
const widthOf = (className: string): number =>
  Number(new RegExp(`class="${className}"[^>]*><rect[^>]* width="([\\d.]+)"`).exec(chart)?.[1]);

test('a bar is as long as its share of the fastest engine', () => {
  expect(widthOf('theirs') / widthOf('ours')).toBeCloseTo(0.25, 6);
});

test('every engine has its name and number, one that failed too', () => {
  for (const text of ['Antiphon', '100.0 tokens/s', 'a &lt;peer&gt;', '25.0 tokens/s', 'another', 'failed']) {
    expect(chart).toContain(`>${text}</text>`);
  }
  expect(chart).toContain('4.00 ms a token');
});

test('the chart is legible on a dark ground and holds no script or reference', () => {
  expect(chart).toContain('prefers-color-scheme: dark');
  expect(chart).not.toMatch(/<script|href=/);
});
