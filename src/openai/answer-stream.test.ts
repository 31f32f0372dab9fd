import { expect, test } from 'vitest';
import { openAnswerStream } from './answer-stream.ts';
import type { ChoicePart } from './write-choices.ts';

const shape = { opening: null, chunk: ({ text }: ChoicePart) => text, usage: () => 'usage' };
const once = { includesUsage: false, perPrompt: 1 };

/** Parts without an end, and whether whoever writes them was told to stop. */
function endlessParts() {
  const written = { stopped: false };
  const parts = async function* (): AsyncGenerator<ChoicePart, void, void> {
    try {
      for (let index = 0; ; index++) yield { index: 0, text: `${index}`, logprobs: null, end: null };
    } finally {
      written.stopped = true;
    }
  };
  return { parts: parts(), written };
}

test('a stream begins with the part that was awaited before it was handed out', async () => {
  const stream = await openAnswerStream(endlessParts().parts, shape, once);
  expect([(await stream.next()).value, (await stream.next()).value]).toEqual(['0', '1']);
});

test.each([
  ['before its first chunk', 0],
  ['after its first chunk', 1],
])('a reader who lets go %s stops the writing', async (_, chunks) => {
  const { parts, written } = endlessParts();
  const stream = await openAnswerStream(parts, shape, once);
  for (let chunk = 0; chunk < chunks; chunk++) await stream.next();
  expect(await stream.return()).toEqual({ done: true, value: undefined });
  expect(written.stopped).toBe(true);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test('a first part that fails is the failure of the whole call', async () => {
  const parts = async function* (): AsyncGenerator<ChoicePart, void, void> {
    yield await Promise.reject(new Error('refused'));
  };
  await expect(openAnswerStream(parts(), shape, once)).rejects.toThrow('refused');
});
