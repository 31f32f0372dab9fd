import { expect, test } from 'vitest';
import type { HostLogits, Sequence, TokenRun, WantedRows } from '../causal-model.ts';
import { measurePasses, settledTimes } from './measure-costs.ts';
import { costsOf } from './pass-times.ts';

/**
 * A sequence on a clock of its own: a pass over k tokens takes t(k), the first one of each width 20 times as long. On a
 * device passes are handed over in no time; waiting for them takes their time and `waitMs` more.
 */
function timedSequence(msOf: (tokens: number) => number, waitMs: number | null = null) {
  const warm = new Set<number>();
  let now = 0;
  let queuedMs = 0;
  let length = 0;
  const disposed: Sequence[] = [];
  const readBacks: string[] = [];
  const sequence = {
    get kvLength() {
      return length;
    },
    async forward(run: TokenRun, _wanted: WantedRows): Promise<HostLogits> {
      const ms = msOf(run.length) * (warm.has(run.length) ? 1 : 20);
      warm.add(run.length);
      if (waitMs === null) now += ms;
      else queuedMs += ms;
      length += run.length;
      const data = new Float32Array(0);
      const toHost = async () => {
        readBacks.push('toHost');
        return data;
      };
      return { kind: 'host', rows: 0, width: 0, data, toHost, dispose: () => {} };
    },
    rollback(to: number) {
      length = to;
    },
    dispose() {
      disposed.push(sequence);
    },
  } as Sequence;
  const waitForGpu = async () => {
    now += queuedMs + (waitMs ?? 0);
    queuedMs = 0;
  };
  const options = { vocabSize: 100, contextLength: 512, sampleMs: 8, now: () => now, waitForGpu };
  return { open: () => sequence, disposed, readBacks, options };
}

const linear = (tokens: number) => 4 + tokens;

test.each([
  { name: 'plenty of time', budgetMs: 1e6, widths: [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 17] },
  { name: 'no time but for the first widths', budgetMs: 0, widths: [1, 2, 8] },
])('with $name the costs are those of warm passes', async ({ budgetMs, widths }) => {
  const { open, disposed, options } = timedSequence(linear);
  const times = await measurePasses(open, { ...options, budgetMs });
  expect(costsOf(times)).toEqual(widths.map((tokens) => ({ tokens, ms: linear(tokens) })));
  expect(disposed).toHaveLength(1);
});

test.each([
  [1e6, [1, 2, 3, 9]],
  [0, [1, 9]],
])('with a budget of %d ms the widths are those that were asked for: %j', async (budgetMs, widths) => {
  const { open, options } = timedSequence(linear);
  const groups = [
    [1, 9],
    [3, 2],
  ];
  const times = await measurePasses(open, { ...options, groups, budgetMs });
  expect(times.map(({ tokens }) => tokens)).toEqual(widths);
});

test('widths beyond a short context are left out', async () => {
  const { open, options } = timedSequence(linear);
  const times = await measurePasses(open, { ...options, contextLength: 16, budgetMs: 1e6 });
  expect(times.map(({ tokens }) => tokens)).toEqual([1, 2]);
});

test('on a device several passes share one wait, and nothing is read back', async () => {
  const short = () => 0.5;
  const { open, readBacks, options } = timedSequence(short, 2);
  const [one] = costsOf(await measurePasses(open, { ...options, budgetMs: 1e6 }));
  expect(one.ms).toBeGreaterThanOrEqual(0.5);
  // A single pass would seem to take 2.5.
  expect(one.ms).toBeLessThan(1.1);
  expect(readBacks).toEqual([]);
});

test('samples that were disturbed do not count', () => {
  const [cost] = costsOf([{ tokens: 1, ms: [9, 3, 30, 3.1, 8, 40] }]);
  expect(cost.ms).toBe(3.1);
});

test('times are kept if there are samples enough, or long ones, of the first widths at least', () => {
  const [one, two, eight] = [1, 2, 8].map((tokens) => ({ tokens, ms: [5, 5, 5] }));
  const twelve = { tokens: 12, ms: [9, 9] };
  expect(settledTimes([one, two, eight, twelve])).toEqual([one, two, eight]);
  const long = { tokens: 8, ms: [80] };
  expect(settledTimes([one, two, long, twelve])).toEqual([one, two, long]);
  expect(settledTimes([{ tokens: 1, ms: [20] }, two, long, { tokens: 17, ms: [90] }])).toBe(null);
});
