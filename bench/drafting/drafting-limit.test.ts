import { expect, test } from 'vitest';
import { limitOf } from './drafting-limit.ts';

/** γ = 4, of which 2 are accepted on average; drafts for a tenth of a target's token each; a score for 1.5 of them. */
const round = { draftLength: 4, tokensPerRound: 3, draftCost: 0.4, scoreCost: 1.5, measured: 3 / 1.9 };

test.each([
  ['proposals are rejected', {}, 'α', 5 / 1.9],
  ['drafts are dear', { tokensPerRound: 4.5, draftCost: 2, measured: 4.5 / 3.5 }, 'c', 4.5 / 1.5],
  ['a wide pass is dear', { tokensPerRound: 4.5, scoreCost: 3, measured: 4.5 / 3.4 }, 't(γ+1)', 4.5 / 1.4],
  ['much time goes elsewhere', { tokensPerRound: 4.5, measured: 1 }, 'rest', 4.5 / 1.9],
])('where %s that is the limit, and what would be without it', (_, change, factor, without) => {
  const limit = limitOf({ ...round, ...change });
  expect(limit.factor).toBe(factor);
  expect(limit.without).toBeCloseTo(without, 9);
});
