import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeasurementKey } from '../costs/measurement-store.ts';
import { prepareGraph } from '../onnx/prepare/prepare-graph.ts';
import { ModelRuntime } from '../session/runtime.ts';
import { graphFixtures } from '../testing/graph-fixtures.ts';
import { readGraphFixture } from '../testing/read-graph-fixture.ts';
import { checkAnswers } from './check-answers.ts';

let runtime: ModelRuntime;
beforeAll(async () => {
  runtime = await ModelRuntime.open('webgpu');
});
afterAll(() => runtime.close());

test('every graph that runs on WebGPU computes what is known there, so that none is moved without a reason', async () => {
  const key: MeasurementKey = {
    kind: 'answers-test',
    subject: `${Date.now()}`,
    backend: 'webgpu',
    adapter: runtime.device!.adapterName,
    ortVersion: '1',
    ortBuild: 'test',
    threads: 1,
  };
  const unanswered: string[] = [];
  let run = 0;
  for (const fixture of graphFixtures.filter(({ webgpu }) => webgpu === 'runs')) {
    const { source } = await readGraphFixture(fixture);
    const { onnx, externalFiles } = prepareGraph(source.onnx, { unpackedBytesLimit: 0, steps: ['logits'] });
    const request = { modelId: fixture.name, onnx, externalFiles, device: runtime.device, key };
    const checked = await checkAnswers(request);
    run += checked.run.length;
    unanswered.push(...checked.unanswered.keys());
  }
  expect(unanswered).toEqual([]);
  expect(run).toBeGreaterThan(100);
}, 240_000);
