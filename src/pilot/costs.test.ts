import { describe, expect, test } from 'vitest';
import { readCosts, requireCostsOf, tokenCost } from './costs.ts';
import { fakePlan } from './testing/fake-pilot.ts';

const forwards = {
  own: [
    { model: 'base', perToken: 0.4, msPerToken: 6 },
    { model: 'draft', perToken: 1.2, msPerToken: 2 },
  ],
  reference: [{ model: 'base', perToken: 1, msPerToken: 10 }],
};

test.each([
  { name: 'measured times', costs: null, perToken: 8, ratio: 0.8 },
  { name: 'stated costs', costs: { base: 5, draft: 1 }, perToken: 3.2, ratio: 0.64 },
  { name: 'a reference that costs nothing', costs: { base: 0, draft: 1 }, perToken: 1.2, ratio: null },
])('the cost of a token by $name', ({ costs, perToken, ratio }) => {
  const cost = tokenCost(forwards, costs)!;
  expect(cost.perToken).toBeCloseTo(perToken);
  if (ratio === null) expect(cost.ratio).toBeNull();
  else expect(cost.ratio).toBeCloseTo(ratio);
});

test('a token has no cost where passes were not counted by model', () => {
  expect(tokenCost(null, { base: 1 })).toBeNull();
});

test.each([
  ['', null],
  ['story-base=4, owner/small:q4=0.25', { 'story-base': 4, 'owner/small:q4': 0.25 }],
  ['a=1\nb=0', { a: 1, b: 0 }],
])('%j are costs', (text, costs) => {
  expect(readCosts(text)).toEqual(costs);
});

describe('refused are', () => {
  test.each(['a', 'a=', '=1', 'a=-1', 'a=b', 'a=1e999'])('%j', (text) => {
    expect(() => readCosts(text)).toThrow(`cost per forward: '${text}' is not a cost`);
  });

  test.each([
    [{ base: 1 }, 'cost per forward: draft has none'],
    [{ base: 1, draft: 1, other: 1 }, 'no method uses the model other; the models are base, draft'],
  ])('costs of other models than the plan’s: %j', (costs, message) => {
    expect(() => requireCostsOf(fakePlan(), costs)).toThrow(message);
  });

  test('not the costs of exactly its models, or none', () => {
    for (const costs of [null, { draft: 1, base: 0 }]) {
      expect(() => requireCostsOf(fakePlan(), costs)).not.toThrow();
    }
    expect(() => readCosts('a=1 a=2')).toThrow('a has two costs');
  });
});
