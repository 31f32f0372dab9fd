import { describe, expect, test } from 'vitest';
import { compareFolder, expectedFolder } from './compare.ts';

const comparisons = compareFolder(expectedFolder);

describe('ids, texts, streams and refusals are those of Python’s `tokenizers`:', () => {
  test.each([...new Set(comparisons.map(({ group }) => group))])('%s', (group) => {
    const ofGroup = comparisons.filter((comparison) => comparison.group === group);
    const differing = ofGroup.flatMap(({ component, differences }) =>
      differences.map((difference) => `${component}: ${difference}`),
    );
    expect(differing).toEqual([]);
    expect(ofGroup.reduce((sum, { cases }) => sum + cases, 0)).toBeGreaterThan(10);
  });
});
