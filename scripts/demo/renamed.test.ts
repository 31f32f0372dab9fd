import { expect, test } from 'vitest';
import { renamed } from './renamed.ts';

test('models and combinations are renamed wherever they stand, and texts are not', () => {
  const before = {
    text: 'a',
    request: {
      prompt: 'a',
      method: { members: [{ model: 'a', prompt: 'a' }], combine: { kind: 'custom', url: 'a' } },
    },
    stats: { forwards: [{ member: 0, modelId: 'a' }], members: [{ modelId: null, acceptanceRate: null }] },
  };
  expect(renamed(before, (name) => `${name}!`)).toEqual({
    text: 'a',
    request: {
      prompt: 'a',
      method: { members: [{ model: 'a!', prompt: 'a' }], combine: { kind: 'custom', url: 'a!' } },
    },
    stats: { forwards: [{ member: 0, modelId: 'a!' }], members: [{ modelId: null, acceptanceRate: null }] },
  });
});
