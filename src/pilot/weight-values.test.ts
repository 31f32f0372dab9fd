import { expect, test } from 'vitest';
import { combinesWith, withFirstWeight } from './weight-values.ts';

test.each([
  { weights: [0.5, 0.5], share: 0.7, weighed: [0.7, 0.3] },
  { weights: [1, 1, 2], share: 0.4, weighed: [0.4, 0.2, 0.4] },
  { weights: [1, 0, 0], share: 0.4, weighed: [0.4, 0.3, 0.3] },
  { weights: [0.2, 0.8], share: 1, weighed: [1, 0] },
])('$weights with $share for the first', ({ weights, share, weighed }) => {
  expect(withFirstWeight(weights, share)).toEqual(weighed);
});

test.each([
  { kind: 'weighted', weights: [0.5, 0.5] },
  { kind: 'contrastive', mu: 0.2, alpha: 0.1 },
  { kind: 'geometric', weights: [1, -0.5] },
  { kind: 'custom', url: 'mix.js' },
] as const)('without values $kind stays as it is', (combine) => {
  expect(combinesWith({ ...combine } as never, [])).toEqual([combine]);
});

test('values are λ of the first member, or μ; others have none', () => {
  expect(combinesWith({ kind: 'weighted', weights: [0.5, 0.5] }, [0.2, 0.8])).toEqual([
    { kind: 'weighted', weights: [0.2, 0.8] },
    { kind: 'weighted', weights: [0.8, 0.2] },
  ]);
  expect(combinesWith({ kind: 'contrastive', mu: 0.1, alpha: 0.1 }, [0.3])).toEqual([
    { kind: 'contrastive', mu: 0.3, alpha: 0.1 },
  ]);
  expect(combinesWith({ kind: 'geometric', weights: [1, 1] }, [0.3])).toHaveLength(1);
});
