import { expect, test } from 'vitest';
import { chooseDefaultProposer } from './default-proposer.ts';

const member = (weight: number, ms: number, weightBytes = 100 * ms) => ({
  weight,
  costs: [{ tokens: 1, ms }],
  weightBytes,
});

test.each([
  { name: 'the heaviest where costs are alike', members: [member(0.3, 10), member(0.7, 12)], chosen: 1 },
  { name: 'the cheapest where they are not', members: [member(0.9, 10), member(0.1, 2)], chosen: 1 },
  { name: 'the expert of equal models', members: [member(1, 10), member(-0.3, 10)], chosen: 0 },
  { name: 'the amateur that is cheap', members: [member(1, 10), member(-0.3, 1)], chosen: 1 },
  { name: 'the first on ties', members: [member(0.5, 10), member(0.5, 10)], chosen: 0 },
  {
    name: 'the heaviest of one size, whatever the clock said',
    members: [member(0.6, 10, 7), member(0.4, 5, 7)],
    chosen: 0,
  },
  {
    name: 'the heaviest of sizes 2 % apart, whatever the clock said: one architecture, other words in the file',
    members: [member(0.6, 10, 1020), member(0.4, 5, 1000)],
    chosen: 0,
  },
  {
    name: 'the cheapest of sizes further apart',
    members: [member(0.6, 10, 1030), member(0.4, 5, 1000)],
    chosen: 1,
  },
  { name: 'the cheapest of three', members: [member(0.4, 10), member(0.4, 9), member(0.2, 3)], chosen: 2 },
])('is $name', ({ members, chosen }) => {
  expect(chooseDefaultProposer(members)).toBe(chosen);
});
