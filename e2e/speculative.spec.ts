import { expect, type Page } from '@playwright/test';
import { storyPrompts } from '../scripts/story-prompts.ts';
import type { DecodeRequest } from '../src/engine/decode-request.ts';
import type { DecodeResult } from '../src/engine/engine-api.ts';
import { test } from './site.ts';

async function openEngine(page: Page, siteUrl: string, backend: 'wasm' | 'webgpu', models: string[]) {
  await page.goto(`${siteUrl}terminal.html`);
  await page.waitForFunction('window.antiphon !== undefined');
  const opened = await page.evaluate(
    ([chosen, names]) => window.antiphon.openEngine({ backend: chosen }, names),
    [backend, models] as const,
  );
  expect(opened).toMatchObject({ ok: true });
}

async function decode(page: Page, request: DecodeRequest): Promise<DecodeResult> {
  const outcome = await page.evaluate((given) => window.antiphon.runDecode(given), request);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.value;
}

/** Names the token, its position and both values where two texts part. */
function expectSameTokens(actual: DecodeResult, expected: DecodeResult, what: string): void {
  const position = expected.tokenIds.findIndex((tokenId, index) => tokenId !== actual.tokenIds[index]);
  const told = `${what}: token ${actual.tokenIds[position]} instead of ${expected.tokenIds[position]} at ${position}`;
  expect(actual.tokenIds, told).toEqual(expected.tokenIds);
}

test('on WASM, at T = 0, speculative writes what plain writes: 20 prompts, three draft lengths, both drafters', async ({
  page,
  siteUrl,
}) => {
  await openEngine(page, siteUrl, 'wasm', ['story-base', 'story-draft']);
  for (const prompt of storyPrompts) {
    const request = { prompt, maxTokens: 24, sampling: { temperature: 0 } };
    const alone = await decode(page, { ...request, method: { kind: 'plain', model: 'story-base' } });
    for (const draftLength of [1, 4, 16]) {
      const drafters = [
        { kind: 'model', model: 'story-draft', draftLength },
        { kind: 'ngram', draftLength, shortestMatch: 1 },
      ] as const;
      for (const drafter of drafters) {
        const drafted = await decode(page, {
          ...request,
          method: { kind: 'speculative', target: 'story-base', drafter },
        });
        expectSameTokens(drafted, alone, `"${prompt}", ${drafter.kind}, γ = ${draftLength}`);
      }
    }
  }
});

test('on WebGPU, at T = 0, speculative writes what plain writes', async ({ page, siteUrl }) => {
  test.setTimeout(240_000);
  await openEngine(page, siteUrl, 'webgpu', ['story-draft']);
  const request = { prompt: 'Once upon a time', maxTokens: 6, sampling: { temperature: 0 } };
  const alone = await decode(page, { ...request, method: { kind: 'plain', model: 'story-draft' } });
  const drafted = await decode(page, {
    ...request,
    method: {
      kind: 'speculative',
      target: 'story-draft',
      drafter: { kind: 'model', model: 'story-draft', draftLength: 2 },
    },
  });
  expect(alone.backend).toBe('webgpu');
  expect(alone.tokenIds).toEqual([14, 352, 281, 260, 875, 1669]);
  expectSameTokens(drafted, alone, 'γ = 2');
  expect(drafted.stats.acceptanceRate).toBe(1);
  for (const { stats, rounds } of [alone, drafted]) expect(stats.readbacks).toBe(rounds.length);
});
