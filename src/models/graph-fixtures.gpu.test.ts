import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { tokenId } from '../tokens/token-id.ts';
import { ModelRuntime } from './runtime.ts';
import { type GraphFixture, graphFixtures, graphFixtureTokens } from './testing/graph-fixtures.ts';
import { openSession } from './testing/open-session.ts';
import { readGraphFixture } from './testing/read-graph-fixture.ts';
import { largestDifference, rowsOfPass } from './testing/sequence-rows.ts';

/*
 * On SwiftShader here, which compiles shaders for seconds: one model for each kind of graph that takes other kernels
 * than the rest, passes of two widths, and of each a text just longer than the window of 8. `npm run test:long` takes all
 * that need no shader-f16.
 */
const few = [
  // Norms of queries and keys, two rotations, windows, a large vocabulary, weights in 4 bits.
  'gemma3-genai-q4',
  // A packed table that is looked up in.
  'llama-tied-genai-q4',
  // Attention written out, keys and values joined by Concat.
  'qwen2-optimum-q4',
];
/** Compiling takes seconds on two free cores, and a minute where others use them too. */
const timeoutMs = 240_000;
const ids = graphFixtureTokens.map(tokenId).slice(0, 12);

let runtime: ModelRuntime;
beforeAll(async () => {
  runtime = await ModelRuntime.open('webgpu');
});
afterAll(() => runtime.close());

const tried = graphFixtures.filter(({ name, webgpu }) =>
  inject('isLong') ? webgpu !== 'needs shader-f16' : few.includes(name),
);

test.each(tried)(
  '$name: logits are those of PyTorch, at once, singly and rolled back',
  async (fixture) => {
    const { source, reference } = await readGraphFixture(fixture);
    const session = await openSession(source, runtime.device!);
    const rowOf = (position: number) =>
      reference.subarray(position * fixture.vocabSize, (position + 1) * fixture.vocabSize);
    const sequence = session.openSequence();
    const rows = await rowsOfPass(sequence, ids);
    const wanted = reference.subarray(0, rows.length);
    expect(largestDifference(rows, wanted)).toBeLessThan(fixture.webgpuTolerance);
    // Back by more than a window, and other tokens read in between.
    sequence.rollback(3);
    await rowsOfPass(sequence, ids);
    sequence.rollback(3);
    const singly = await rowsOfPass(sequence, ids.slice(3, 4));
    expect(largestDifference(singly, rowOf(3))).toBeLessThan(fixture.webgpuTolerance);
    sequence.rollback(3);
    expect(await rowsOfPass(sequence, ids.slice(3, 4))).toEqual(singly);
    await session.release();
  },
  timeoutMs,
);

test('a graph in float16 is refused by name where the adapter has no shader-f16', async () => {
  const fixture = graphFixtures.find(({ name }) => name === 'llama-genai-q4f16') as GraphFixture;
  const { source } = await readGraphFixture(fixture);
  const loading = runtime.loadModel(source);
  if (runtime.device!.hasShaderF16) {
    await (await loading).dispose();
    return;
  }
  await expect(loading).rejects.toMatchObject({ code: 'model-unsupported' });
  await expect(loading).rejects.toThrow(/computes in float16, and this adapter has no shader-f16/);
});
