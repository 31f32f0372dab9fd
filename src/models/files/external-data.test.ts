import { expect, test } from 'vitest';
import type { OnnxGraph } from '../onnx/onnx-graph.ts';
import { externalDataPaths, pathBeside } from './external-data.ts';

const graphWith = (...externalFiles: string[]): OnnxGraph => ({
  nodes: [],
  inputNames: [],
  outputNames: [],
  externalFiles,
  producerOf: () => null,
});

test.each([
  ['model.onnx_data', 'onnx/model.onnx_data'],
  ['./weights/part-1.bin', 'onnx/weights/part-1.bin'],
  ['my model (v2)+final.data', 'onnx/my model (v2)+final.data'],
  ['Gewichte für Ändërung.data', 'onnx/Gewichte für Ändërung.data'],
  ['..data', 'onnx/..data'],
  ['100 % #1?.data', 'onnx/100 % #1?.data'],
])('weights may lie in "%s"', (name, path) => {
  expect(externalDataPaths(graphWith(name), 'onnx/model.onnx')).toEqual([name]);
  expect(pathBeside('onnx/model.onnx', name)).toBe(path);
});

test.each([
  '../model.data',
  'a/../../b',
  '/etc/passwd',
  'C:\\model.data',
  'a\\b',
  'https://a/b',
  '',
  'a//b',
  'a\0b',
])('a name that leads out of the folder is refused: "%s"', (name) => {
  expect(() => externalDataPaths(graphWith(name), 'onnx/model.onnx')).toThrow(
    expect.objectContaining({ code: 'model-unsupported', details: { onnxPath: 'onnx/model.onnx', name } }),
  );
});
