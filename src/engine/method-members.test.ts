import { describe, expect, test } from 'vitest';
import { validateDecodeRequest } from './decode-request.ts';
import { planMethod, withDefaultProposer } from './method-members.ts';

const alike = [
  { costs: [{ tokens: 1, ms: 5 }], weightBytes: 100 },
  { costs: [{ tokens: 1, ms: 5 }], weightBytes: 100 },
];

function team(options: object, draftLengths: readonly (number | undefined)[] = [undefined, undefined]) {
  const members = draftLengths.map((draftLength, index) => ({
    model: `m${index}`,
    ...(draftLength !== undefined && { draftLength }),
  }));
  const combine = { kind: 'weighted', weights: [0.4, 0.6] };
  const request = validateDecodeRequest({
    prompt: '',
    method: { kind: 'collaborative', members, combine, ...options },
  });
  const { method } = withDefaultProposer(request, alike);
  if (method.kind !== 'collaborative') throw new Error('expected a collaborative method');
  return { ...method, draftLengths: method.members.map(({ draftLength }) => draftLength) };
}

describe("trap: a method's single draft length is not every member's; it", () => {
  test.each([
    { title: 'reaches the member that was chosen', options: { draftLength: 3 }, expected: [1, 3] },
    {
      title: 'reaches the member that was named',
      options: { draftLength: 3, defaultProposer: 0 },
      expected: [3, 1],
    },
    { title: 'leaves the others theirs', options: { draftLength: 3 }, own: [2, 2], expected: [2, 3] },
    { title: 'may be left out', options: {}, own: [2, 4], expected: [2, 4] },
  ])('$title', ({ options, own, expected }) => {
    expect(team(options, own).draftLengths).toEqual(expected);
  });
});

test('the result names the default proposer and no draft length beside those of the members', () => {
  const method = team({ draftLength: 3 });
  expect(method.defaultProposer).toBe(1);
  expect(method).not.toHaveProperty('draftLength');
});

test.each(['http://[', 'http://', '//'])(
  'a combination whose address is %s is an invalid request',
  async (url) => {
    const members = [{ model: 'a' }, { model: 'b' }];
    const combine = { kind: 'custom', url };
    const request = validateDecodeRequest({
      prompt: '',
      method: { kind: 'collaborative', members, combine },
    });
    await expect(planMethod(request, 'http://site/')).rejects.toMatchObject({
      code: 'invalid-request',
      details: { field: 'method.combine.url' },
      message: expect.stringContaining(url),
    });
  },
);
