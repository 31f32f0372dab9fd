import { expect } from '@playwright/test';
import { storyPrompts } from '../scripts/story-prompts.ts';
import { decode, expectSameTokens, openEngine } from './harness.ts';
import { isLong, test } from './site.ts';

/*
 * On tables of logits src/decode/exactness.test.ts proves it by enumeration; here it is the runtime's turn. What a
 * pass over several tokens computes must be what passes over one compute: more prompts in `npm run test:long`.
 */
const prompts = isLong ? storyPrompts : storyPrompts.slice(0, 3);

test('at temperature 0 speculative decoding writes what plain decoding writes, with three draft lengths and both drafters', async ({
  page,
}) => {
  await openEngine(page, { backend: 'wasm' }, ['story-base', 'story-draft']);
  for (const [index, prompt] of ['Once upon a time', ...prompts].entries()) {
    const request = { prompt, maxTokens: index === 0 ? 60 : 24, sampling: { temperature: 0 } };
    const alone = await decode(page, { ...request, method: { kind: 'plain', model: 'story-base' } });
    if (index === 0) expect(alone.tokenIds.slice(0, 8)).toEqual([14, 352, 281, 260, 496, 1676, 335, 720]);
    for (const draftLength of [1, 4, 16]) {
      const drafters = [
        { kind: 'model', model: 'story-draft', draftLength },
        { kind: 'ngram', draftLength, shortestMatch: 1 },
      ] as const;
      for (const drafter of drafters) {
        const method = { kind: 'speculative', target: 'story-base', drafter } as const;
        const drafted = await decode(page, { ...request, method });
        expectSameTokens(drafted, alone, `"${prompt}", ${drafter.kind}, γ = ${draftLength}`);
        expect(drafted.text).toBe(alone.text);
        if (drafter.kind === 'model') expect(drafted.rounds.length).toBeLessThan(alone.rounds.length);
      }
    }
  }
});
