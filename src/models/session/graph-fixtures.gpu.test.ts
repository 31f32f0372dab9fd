import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenId } from '../../tokens/token-id.ts';
import { type GraphFixture, graphFixtures, graphFixtureTokens } from '../testing/graph-fixtures.ts';
import { openSession } from '../testing/open-session.ts';
import { readGraphFixture } from '../testing/read-graph-fixture.ts';
import { largestDifference, rowsOfPass } from '../testing/sequence-rows.ts';
import { ModelRuntime } from './runtime.ts';

/** Compiling takes seconds on two free cores, and a minute where others use them too. */
const timeoutMs = 240_000;
const allTokens = graphFixtureTokens.map(tokenId);
/** A text just longer than the window of 8. Where one scale of int8 serves a whole pass, the reference's whole text. */
const tokensFor = ({ dtype, exporter }: GraphFixture) =>
  dtype === 'q8' && exporter === 'Optimum' ? allTokens : allTokens.slice(0, 12);

let runtime: ModelRuntime;
beforeAll(async () => {
  runtime = await ModelRuntime.open('webgpu');
});
afterAll(() => runtime.close());

test.each(graphFixtures.filter(({ webgpu }) => webgpu === 'runs'))(
  '$name: logits are those of PyTorch, at once, singly and rolled back',
  async (fixture) => {
    const { source, reference } = await readGraphFixture(fixture);
    const session = await openSession(source, runtime.device!);
    const rowOf = (position: number) =>
      reference.subarray(position * fixture.vocabSize, (position + 1) * fixture.vocabSize);
    const ids = tokensFor(fixture);
    const sequence = session.openSequence();
    const rows = await rowsOfPass(sequence, ids);
    const wanted = reference.subarray(0, rows.length);
    expect(largestDifference(rows, wanted)).toBeLessThan(fixture.webgpuTolerance);
    // Back by more than a window, and other tokens read in between.
    sequence.rollback(3);
    await rowsOfPass(sequence, ids);
    sequence.rollback(3);
    const singly = await rowsOfPass(sequence, ids.slice(3, 4));
    const narrowTolerance = Math.max(fixture.webgpuTolerance, fixture.tolerance.passes);
    expect(largestDifference(singly, rowOf(3))).toBeLessThan(narrowTolerance);
    sequence.rollback(3);
    expect(await rowsOfPass(sequence, ids.slice(3, 4))).toEqual(singly);
    await session.release();
  },
  timeoutMs,
);

test.each(graphFixtures.filter(({ missingOnWasm }) => missingOnWasm))(
  '$name: as exported it is refused on WASM by the operator that this build lacks there',
  async (fixture) => {
    const { source } = await readGraphFixture(fixture);
    const opening = openSession(source, 'as exported');
    await expect(opening).rejects.toMatchObject({ code: 'model-unsupported' });
    await expect(opening).rejects.toThrow(fixture.missingOnWasm);
  },
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

test('a graph whose attention caps its scores is refused: the kernel leaves the cap out', async () => {
  const fixture = graphFixtures.find(({ webgpu }) => webgpu === 'leaves out softcap') as GraphFixture;
  const { source } = await readGraphFixture(fixture);
  const loading = runtime.loadModel(source);
  await expect(loading).rejects.toMatchObject({ code: 'model-unsupported' });
  await expect(loading).rejects.toThrow(/com\.microsoft\.GroupQueryAttention is off by .+ softcap=/);
});

test('on auto it runs on WASM instead, and a note names the operator', async () => {
  const fixture = graphFixtures.find(({ webgpu }) => webgpu === 'leaves out softcap') as GraphFixture;
  const { source } = await readGraphFixture(fixture);
  const auto = await ModelRuntime.open('auto', { allowSoftware: true });
  const model = await auto.loadModel(source);
  expect([auto.backend, model.backend]).toEqual(['webgpu', 'wasm']);
  expect(model.notes.join(' ')).toMatch(
    /WebGPU could not open .+GroupQueryAttention.+It runs on WASM instead/,
  );
  await auto.close();
});
