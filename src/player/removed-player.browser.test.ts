import { afterEach, expect, test, vi } from 'vitest';
import { Engine } from '../engine/engine.ts';
import { PlayerElement } from './antiphon-player.ts';
import { SharedEngines } from './shared-engines.ts';

/*
 * The engine is the real one, in this thread instead of a worker's, so that what it holds can be counted. On
 * SwiftShader here: the draft-size model alone, and a few tokens.
 */
const devices = vi.spyOn(GPUAdapter.prototype, 'requestDevice');
const engines = new SharedEngines(async (options) => new Engine(options));
const settings = { backend: 'webgpu', modelsUrl: '/models/' } as const;

function play(): PlayerElement {
  const player = new PlayerElement();
  player.provider = { engines, missingFeatures: () => [], baseUrl: () => location.href };
  Object.assign(player, settings, { method: 'plain', members: 'story-draft', maxTokens: 200, seed: 7 });
  document.body.append(player);
  void player.start();
  return player;
}

const nextRound = (player: PlayerElement) =>
  new Promise<void>((resolve) => player.addEventListener('round', () => resolve(), { once: true }));

afterEach(() => document.body.replaceChildren());

test('a player that is taken away in the middle of a text leaves no GPU buffer behind, and the last one no device', async () => {
  // Somebody else on the page holds the same engine, so that it lives on and can be asked.
  const other = engines.open(settings, location.href);
  const engine = await other.engine;
  const player = play();
  await nextRound(player);
  const { backend, liveGpuBuffers } = await engine.info();
  expect([backend, player.state]).toEqual(['webgpu', 'running']);
  expect(liveGpuBuffers).toBeGreaterThan(0);
  player.remove();
  // The model keeps its cache for the next who reads on; its turn comes when the run has ended.
  await engine.unload('story-draft');
  expect([(await engine.info()).liveGpuBuffers, player.state]).toEqual([0, 'idle']);
  other.release();
  const opened = await Promise.all(devices.mock.results.map(({ value }) => value as Promise<GPUDevice>));
  expect(opened.length).toBeGreaterThan(0);
  // A destroyed device has destroyed whatever was made of it.
  const ends = await Promise.all(opened.map(({ lost }) => lost));
  expect(new Set(ends.map(({ reason }) => reason))).toEqual(new Set(['destroyed']));
});
