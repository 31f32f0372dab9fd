import { afterEach, expect, test, vi } from 'vitest';
import { readBlob } from './read-blob.ts';

afterEach(() => void vi.restoreAllMocks());

const pattern = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251);
const blob = new Blob([pattern.subarray(0, 100_001), pattern.subarray(100_001)]);

/** A browser whose blobs are no byte streams. */
const withoutByteStreams = (): Blob => {
  const whole = new Blob([blob]);
  vi.spyOn(whole, 'stream').mockImplementation(() => new ReadableStream());
  return whole;
};

test.each([
  ['into the buffer it fills', () => blob],
  ['in slices where a browser reads into no given buffer', withoutByteStreams],
  ['of nothing', () => new Blob([])],
])('reads a whole blob %s', async (_, given) => {
  const whole = given();
  const bytes = await readBlob('model.onnx', whole);
  expect(bytes).toEqual(pattern.subarray(0, whole.size));
});

test('a file that ends before its size is told, not padded with zeros', async () => {
  const shortened = new Blob([blob]);
  vi.spyOn(shortened, 'stream').mockImplementation(() => blob.slice(0, 1000).stream());
  await expect(readBlob('model.onnx', shortened)).rejects.toThrow(
    'The file ends after 1000 of 300000 bytes.',
  );
});
