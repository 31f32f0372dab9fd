import { expect } from '@playwright/test';
import { decodeAll, expectSameTokens, openEngine } from './harness.ts';
import { allCores, isLong, test } from './site.ts';
import { runToEnd, story } from './story-page.ts';

/*
 * Chromium's WebGPU, on SwiftShader where there is no GPU. What the samplers do there, method by method, is tested in
 * src/engine and src/decode (*.gpu.test.ts).
 */
const model = 'story-draft';

test(
  'on WebGPU, at temperature 0, a draft changes nothing, nor does a schedule, and each round is read back once',
  allCores,
  async ({ page }) => {
    await page.route('**/mean.js', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: 'export const probabilities = ([a, b]) => a.map((p, token) => (p + b[token]) / 2);',
      }),
    );
    await openEngine(page, { backend: 'webgpu' }, [model]);
    const request = { prompt: 'Once upon a time', seed: 1, maxTokens: 6, sampling: { temperature: 0 } };
    const members = [{ model }, { model, sampling: { temperature: 0.6 }, prompt: 'Far out in space' }];
    const combine = { kind: 'weighted' as const, weights: [0.5, 0.5] };
    const team = { kind: 'collaborative' as const, members, combine, defaultProposer: 0 };
    const drafter = { kind: 'model', model, draftLength: 2 } as const;
    const [plain, drafted, sequential, alternate, naive, blackBox, custom] = await decodeAll(page, [
      { ...request, method: { kind: 'plain', model } },
      { ...request, method: { kind: 'speculative', target: model, drafter } },
      { ...request, method: { ...team, schedule: 'sequential' } },
      { ...request, method: team },
      { ...request, method: { ...team, schedule: 'naive', draftLength: 2 } },
      { ...request, method: { ...team, schedule: 'black-box', draftLength: 2 } },
      { ...request, method: { ...team, combine: { kind: 'custom', url: './mean.js' } } },
    ]);
    expect(plain.tokenIds).toEqual([14, 352, 281, 260, 875, 1669]);
    expectSameTokens(drafted, plain, 'speculative');
    expect(drafted.stats.acceptanceRate).toBe(1);
    expectSameTokens(alternate, sequential, 'alternate');
    expectSameTokens(naive, sequential, 'naive');
    expectSameTokens(blackBox, sequential, 'black-box');
    for (const { backend, stats, rounds } of [plain, drafted, sequential, alternate, naive, blackBox]) {
      expect(backend).toBe('webgpu');
      expect(stats.readbacks).toBe(rounds.length);
    }
    // Code runs on the CPU, which must see the rows.
    expect(custom).toMatchObject({ tokenIds: sequential.tokenIds, backend: 'webgpu' });
    expect(custom.stats.readbacks).toBeGreaterThan(custom.rounds.length);
  },
);

// That the page opens the engine on the backend that is asked for, src/ui/page/decode-controller.test.ts holds; this takes 10 s.
if (isLong) {
  test('the page runs on WebGPU where it is asked to', allCores, async ({ page }) => {
    await page.goto(
      'work.html#backend=webgpu&model1=story-draft&model2=story-draft&max=12&seed=7&prompt=Long+ago',
    );
    await runToEnd(page);
    await expect(page.getByText(/^Runs on WebGPU/)).toBeVisible();
    await expect(story(page).locator('.accepted').first()).toBeVisible();
    await page.getByText('More settings').click();
    await expect(page.getByLabel('Backend')).toHaveValue('webgpu');
  });
}
