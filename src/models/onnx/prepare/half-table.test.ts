import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withHalfTable } from '../../testing/with-half-tables.ts';
import { float16ToFloat32 } from '../float16.ts';
import { EditableModel } from './editable-model.ts';
import { prepareGraph } from './prepare-graph.ts';

const fixture = new Uint8Array(readFileSync(new URL('../../fixtures/packed-4.onnx', import.meta.url)));
const options = { unpackedBytesLimit: 0, steps: ['half-tables'] } as const;

test('a table of float16 whose rows are widened at once becomes one of float32', () => {
  const { onnx, halves } = withHalfTable(fixture);
  const prepared = prepareGraph(onnx, options);
  expect(prepared).toMatchObject({ steps: ['half-tables'], notes: [], extraBytes: 4 * halves.length });
  const [file] = prepared.externalFiles.filter(({ path }) => path === 'widened.bin');
  expect(new Float32Array(file!.data.slice().buffer)).toEqual(float16ToFloat32(halves));
  const { tensors, operations } = new EditableModel(
    prepared.onnx,
    new Map(prepared.externalFiles.map(({ path, data }) => [path, data])),
  );
  expect([...tensors.values()].filter(({ elementType }) => elementType === 10)).toEqual([]);
  expect(operations.filter(({ opType }) => opType === 'Cast')).toHaveLength(
    new EditableModel(fixture).operations.filter(({ opType }) => opType === 'Cast').length,
  );
});

test('a table of float32 is left alone, and so is one of float16 that is not asked for', () => {
  expect(prepareGraph(fixture, options).onnx).toBe(fixture);
  const { onnx } = withHalfTable(fixture);
  expect(prepareGraph(onnx, { ...options, steps: [] }).onnx).toBe(onnx);
});
