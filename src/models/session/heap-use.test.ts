import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { heapBudgetBytes } from '../files/memory-estimate.ts';
import { heapBytes, readHeapUse, roomForUnpacked, withUnpacked } from './heap-use.ts';

/** SmolLM2-135M: 30 layers of 3 heads of 64. */
const passBytes = 2 * 2048 * (2 * 30 * 3 * 64 * 4) + 48 * 49_152 * 4;
const q4 = { weightBytes: 143_050_321, passBytes };
const q8 = { weightBytes: 210_290_257, passBytes };
const unpackedBytes = 537_919_488;

test('models share the memory of a pass', () => {
  const one = { weightBytes: 100, passBytes: 23 };
  const other = { weightBytes: 200, passBytes: 14 };
  expect([heapBytes([one, other]), heapBytes([])]).toEqual([323, 0]);
  expect(withUnpacked(one, 1000)).toEqual({ weightBytes: 1600, passBytes: 23 });
});

test('two exports of SmolLM2-135M are unpacked beside each other, and what is told to fit does fit', () => {
  const first = withUnpacked(q4, unpackedBytes);
  const room = roomForUnpacked([first, q8]);
  expect(room).toBeGreaterThan(unpackedBytes);
  const filled = heapBytes([first, withUnpacked(q8, room)]);
  expect(filled).toBeLessThanOrEqual(heapBudgetBytes);
  expect(filled).toBeGreaterThan(heapBudgetBytes - 2);
  // A fourth keeps its weights packed, and where nothing is left there is no room, not less than none.
  const second = withUnpacked(q8, unpackedBytes);
  expect(roomForUnpacked([first, second, second, q4])).toBeLessThan(unpackedBytes);
  expect(roomForUnpacked([first, second, first, second])).toBe(0);
});

test.each([
  // Two layers of two heads of 16: float32 and float16.
  ['packed-4', 2 * 2 * 2 * 16 * 4],
  ['concat-half', 2 * 2 * 2 * 16 * 2],
])('the cache of %s is read off its inputs, and weights beside the graph count', (name, rowBytes) => {
  const onnx = new Uint8Array(readFileSync(new URL(`../fixtures/${name}.onnx`, import.meta.url)));
  const externalFiles = [{ path: 'weights.bin', data: new Uint8Array(1000) }];
  expect(readHeapUse({ onnx, externalFiles, contextLength: 96, vocabSize: 40 })).toEqual({
    weightBytes: onnx.byteLength + 1000,
    passBytes: 2 * 96 * rowBytes + 48 * 40 * 4,
  });
});
