import { expect, test } from 'vitest';
import { openDevice } from '../../gpu/device.ts';
import groupedPositions from '../fixtures/grouped-positions.onnx?url';
import { readOnnxGraph } from '../onnx/onnx-graph.ts';
import { onceUponATime, storyModel } from '../testing/load-story-model.ts';
import { rowsOfPass } from '../testing/sequence-rows.ts';
import { tinyModel } from '../testing/tiny-model.ts';
import { ModelSession } from './model-session.ts';
import { ModelRuntime, type ModelSource } from './runtime.ts';

test('a lost device fails every later pass with device-lost, and WASM goes on', async () => {
  const answer = await openDevice({ allowSoftware: true, subgroups: 'never' });
  if (answer.kind === 'none') throw new Error(answer.reason);
  const source = await storyModel('story-draft');
  const session = await ModelSession.open({
    modelId: source.id,
    onnx: source.onnx,
    externalFiles: [],
    graph: readOnnxGraph(source.onnx),
    contextLength: 512,
    device: answer.device,
  });
  const sequence = session.openSequence();
  const running = rowsOfPass(sequence, onceUponATime);
  answer.device.gpu.destroy();
  await expect(running).rejects.toMatchObject({ code: 'device-lost' });
  await expect(rowsOfPass(sequence, onceUponATime)).rejects.toMatchObject({ code: 'device-lost' });
  expect(sequence.kvLength).toBe(0);
  await session.release();
  const runtime = await ModelRuntime.open('wasm');
  const model = await runtime.loadModel(source);
  expect((await rowsOfPass(model.openSequence(), onceUponATime)).length).toBe(5 * model.width);
  await runtime.close();
});

test('after a loss another runtime opens another device, and the model runs again', async () => {
  const source = await storyModel('story-draft');
  const lost = await ModelRuntime.open('webgpu');
  const model = await lost.loadModel(source);
  lost.device?.gpu.destroy();
  await expect(rowsOfPass(model.openSequence(), onceUponATime)).rejects.toMatchObject({
    code: 'device-lost',
  });
  await model.dispose();
  await lost.close();
  const runtime = await ModelRuntime.open('webgpu');
  const again = await runtime.loadModel(source);
  expect((await rowsOfPass(again.openSequence(), onceUponATime)).length).toBe(5 * again.width);
  await runtime.close();
});

test('a model that the device does not open leaves the device to the models loaded next', async () => {
  const runtime = await ModelRuntime.open('auto', { allowSoftware: true, subgroups: 'never' });
  const refused = runtime.loadModel(withUnknownOperator(await tinyModel(groupedPositions)));
  await expect(refused).rejects.toMatchObject({ code: 'model-load' });
  expect(runtime.backend).toBe('webgpu');
  await runtime.close();
});

/** ONNX Runtime knows no operator MatMux, on either backend. */
function withUnknownOperator(source: ModelSource): ModelSource {
  const text = Buffer.from(source.onnx).toString('latin1').replaceAll('MatMul', 'MatMux');
  return { ...source, onnx: new Uint8Array(Buffer.from(text, 'latin1')) };
}
