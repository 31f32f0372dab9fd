import { expect, test } from 'vitest';
import { openDevice } from '../../../gpu/device.ts';
import { tokenId } from '../../../tokens/token-id.ts';
import packed4 from '../../fixtures/packed-4.onnx?url';
import { ModelSession } from '../../session/model-session.ts';
import { openSession } from '../../testing/open-session.ts';
import { largestDifference, rowsOfPass } from '../../testing/sequence-rows.ts';
import { bytesAt } from '../../testing/site.ts';
import { withHalfTable } from '../../testing/with-half-tables.ts';
import { readOnnxGraph } from '../onnx-graph.ts';
import { prepareGraph } from './prepare-graph.ts';

test('an embedding of float16, widened for a device without it, computes what WASM does', async () => {
  const answer = await openDevice({ allowSoftware: true, subgroups: 'never' });
  if (answer.kind === 'none') throw new Error(answer.reason);
  const { onnx } = withHalfTable(await bytesAt(packed4));
  const prepared = prepareGraph(onnx, { unpackedBytesLimit: 0, steps: ['logits', 'half-tables'] });
  const source = { id: 'half-table', onnx, sha256: 'half-table', contextLength: 96, vocabSize: 40 };
  const sessions = [
    await ModelSession.open({
      ...prepared,
      modelId: source.id,
      graph: readOnnxGraph(prepared.onnx),
      contextLength: source.contextLength,
      device: answer.device,
    }),
    await openSession(source, 'as exported'),
  ];
  const ids = [1, 7, 3, 22, 39, 5].map(tokenId);
  const [onDevice, onWasm] = [
    await rowsOfPass(sessions[0]!.openSequence(), ids),
    await rowsOfPass(sessions[1]!.openSequence(), ids),
  ];
  expect(largestDifference(onDevice, onWasm)).toBeLessThan(1e-3);
  for (const session of sessions) await session.release();
  answer.device.close();
});
