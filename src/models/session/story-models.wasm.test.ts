import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenId } from '../../tokens/token-id.ts';
import { capacityStepRows } from '../cache/capacity-kv-cache.ts';
import { dragonStory, onceUponATime, storyModel } from '../testing/load-story-model.ts';
import { greedyTokens, largestDifference, rowsOfPass } from '../testing/sequence-rows.ts';
import type { LoadedCausalModel } from './ort-causal-model.ts';
import { ModelRuntime } from './runtime.ts';

/** Passes of other widths round differently: up to 1.4e-5 on these models. */
const rounding = 2e-5;

let runtime: ModelRuntime;
let model: LoadedCausalModel;
beforeAll(async () => {
  runtime = await ModelRuntime.open('wasm');
  model = await runtime.loadModel(await storyModel('story-base'));
});
afterAll(() => runtime.close());

test('story-base continues "Once upon a time" as it was trained to', async () => {
  const sequence = model.openSequence();
  expect(await greedyTokens(sequence, onceUponATime, 8)).toEqual([14, 352, 281, 260, 496, 1676, 335, 720]);
  sequence.dispose();
});

test('one pass over k tokens gives the logits of k passes over one, also where the cache grows', async () => {
  expect(dragonStory.length).toBeGreaterThan(capacityStepRows);
  const wide = model.openSequence();
  const narrow = model.openSequence();
  const atOnce = await rowsOfPass(wide, dragonStory);
  const width = model.width;
  for (const [position, id] of dragonStory.entries()) {
    const row = await rowsOfPass(narrow, [id]);
    const expected = atOnce.subarray(position * width, (position + 1) * width);
    expect(largestDifference(row, expected)).toBeLessThan(rounding);
  }
  wide.dispose();
  narrow.dispose();
});

test('a prefix that is kept serves another continuation as a fresh cache does', async () => {
  const other = [300, 301, 302, 303].map(tokenId);
  const kept = model.openSequence();
  await rowsOfPass(kept, dragonStory);
  kept.rollback(30);
  const fresh = model.openSequence();
  await rowsOfPass(fresh, dragonStory.slice(0, 30));
  expect(largestDifference(await rowsOfPass(kept, other), await rowsOfPass(fresh, other))).toBeLessThan(
    rounding,
  );
  kept.dispose();
  fresh.dispose();
});

test('its verification noise is that of float32', () => {
  expect(model.noise.maxLogitDifference).toBeLessThan(1e-4);
  expect(model.notes).toEqual([]);
});

test('a sequence of a model that was disposed refuses to run', async () => {
  const draft = await runtime.loadModel(await storyModel('story-draft'));
  const sequence = draft.openSequence();
  await rowsOfPass(sequence, onceUponATime);
  await draft.dispose();
  await expect(rowsOfPass(sequence, onceUponATime)).rejects.toThrow('after dispose');
  expect(() => draft.openSequence()).toThrow('after dispose');
});
