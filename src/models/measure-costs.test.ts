import { expect, test } from 'vitest';
import type { HostLogits, Sequence, TokenRun, WantedRows } from './causal-model.ts';
import { measureForwardCosts } from './measure-costs.ts';

/** A sequence on a clock of its own: a pass over k tokens takes t(k), the first one of each width 20 times as long. */
function timedSequence(ms: (tokens: number) => number) {
  const warm = new Set<number>();
  let now = 0;
  let length = 0;
  const disposed: Sequence[] = [];
  const sequence = {
    get kvLength() {
      return length;
    },
    async forward(run: TokenRun, _wanted: WantedRows): Promise<HostLogits> {
      now += ms(run.length) * (warm.has(run.length) ? 1 : 20);
      warm.add(run.length);
      length += run.length;
      const data = new Float32Array(0);
      return { kind: 'host', rows: 0, width: 0, data, toHost: async () => data, dispose: () => {} };
    },
    rollback(to: number) {
      length = to;
    },
    dispose() {
      disposed.push(sequence);
    },
  } as Sequence;
  return { sequence, disposed, now: () => now };
}

const linear = (tokens: number) => 4 + tokens;

test.each([
  { name: 'plenty of time', budgetMs: 1e6, widths: [1, 2, 3, 4, 5, 6, 8, 12, 17] },
  { name: 'no time but for the first widths', budgetMs: 0, widths: [1, 2, 8] },
])('with $name the costs are those of warm passes', async ({ budgetMs, widths }) => {
  const { sequence, disposed, now } = timedSequence(linear);
  const options = { vocabSize: 100, contextLength: 512, budgetMs, now };
  const costs = await measureForwardCosts(() => sequence, options);
  expect(costs).toEqual(widths.map((tokens) => ({ tokens, ms: linear(tokens) })));
  expect(disposed).toHaveLength(1);
});

test('widths beyond a short context are left out', async () => {
  const { sequence, now } = timedSequence(linear);
  const costs = await measureForwardCosts(() => sequence, {
    vocabSize: 100,
    contextLength: 16,
    budgetMs: 1e6,
    now,
  });
  expect(costs.map(({ tokens }) => tokens)).toEqual([1, 2]);
});
