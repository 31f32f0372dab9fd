import { expect, test } from 'vitest';
import { ModelRuntime } from '../session/runtime.ts';
import { greedyWork } from '../testing/greedy-work.ts';
import { onceUponATime, storyModel } from '../testing/load-story-model.ts';
import { greedyTokens } from '../testing/sequence-rows.ts';
import { forceOrtBuild, ortBuild } from './ort.ts';

/* ONNX Runtime's builds and threads, which Node.js and pages have each their own way with, on a bundled model. */

/** By story-draft, behind "Once upon a time". */
const written = [14, 352, 281, 260, 875, 1669, 335, 720];

test('auto takes WebGPU on hardware and else WASM, and gives the reason', async () => {
  const auto = await ModelRuntime.open('auto');
  const [backend, reason] = auto.device
    ? ['webgpu', /^WebGPU on .+\.$/]
    : ['wasm', /^WASM, because WebGPU is not used: .+\.$/];
  expect(auto.device?.isSoftware ?? false).toBe(false);
  expect(auto.backend).toBe(backend);
  expect(auto.backendReason).toMatch(reason);
  await auto.close();
});

test('a worker of an isolated page computes the same on several threads', async () => {
  const { tokenIds, threads, isolated } = await greedyWork();
  expect({ tokenIds, threads, isolated }).toEqual({
    tokenIds: written,
    threads: Math.min(navigator.hardwareConcurrency, 8),
    isolated: true,
  });
});

test.each(['jspi', 'asyncify', 'plain'] as const)(
  'the %s build computes the same, and is the one fetched',
  async (build) => {
    const { tokenIds, wasmFiles } = await greedyWork(build);
    expect(tokenIds).toEqual(written);
    expect(wasmFiles).toEqual([`ort-wasm-simd-threaded${build === 'plain' ? '' : `.${build}`}.wasm`]);
  },
);

test('this browser, which has JSPI, is given the build that needs it, in a page too', async () => {
  const runtime = await ModelRuntime.open('wasm');
  const model = await runtime.loadModel(await storyModel('story-draft'));
  expect(await greedyTokens(model.openSequence(), onceUponATime, 8)).toEqual(written);
  await runtime.close();
  expect(ortBuild()).toBe('jspi');
  expect(() => forceOrtBuild('asyncify')).toThrow('runs its jspi build already');
});
