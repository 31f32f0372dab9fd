import { afterAll, beforeAll, expect, test } from 'vitest';
import { EngineError } from '../../errors/engine-error.ts';
import { tokenId } from '../../tokens/token-id.ts';
import type { Sequence } from '../causal-model.ts';
import concatHalf from '../fixtures/concat-half.onnx?url';
import concatMask from '../fixtures/concat-mask.onnx?url';
import concatPositions from '../fixtures/concat-positions.onnx?url';
import expectedUrl from '../fixtures/expected.json?url';
import groupedPositions from '../fixtures/grouped-positions.onnx?url';
import unknownInput from '../fixtures/unknown-input.onnx?url';
import { withConstantsBeside } from '../testing/data-beside.ts';
import { bytesAt, jsonAt } from '../testing/site.ts';
import { tinyModel } from '../testing/tiny-model.ts';
import type { LoadedCausalModel } from './ort-causal-model.ts';
import { ModelRuntime } from './runtime.ts';

interface Expected {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly tokenIds: readonly number[];
  /** [tokens, vocabSize], computed without ONNX. */
  readonly logits: readonly number[][];
}

const expected = await jsonAt<Expected>(expectedUrl);
const ids = expected.tokenIds.map(tokenId);
const reference = expected.logits;

let runtime: ModelRuntime;
beforeAll(async () => {
  runtime = await ModelRuntime.open('wasm');
});
afterAll(() => runtime.close());

async function load(url: string): Promise<LoadedCausalModel> {
  return runtime.loadModel({
    id: 'tiny',
    onnx: await bytesAt(url),
    sha256: url,
    contextLength: expected.contextLength,
    vocabSize: expected.vocabSize,
  });
}

/** Rows of a pass over text positions from .. to - 1. */
async function rowsOf(sequence: Sequence, from: number, to: number): Promise<number[][]> {
  const logits = await sequence.forward({ kind: 'host', length: to - from, ids: ids.slice(from, to) }, 'all');
  const data = await logits.toHost();
  logits.dispose();
  return Array.from({ length: to - from }, (_, row) => [
    ...data.subarray(row * logits.width, (row + 1) * logits.width),
  ]);
}

function largestDifference(rows: readonly number[][], others: readonly number[][]): number {
  expect(rows.length).toBe(others.length);
  return Math.max(
    ...rows.flatMap((row, index) => row.map((value, entry) => Math.abs(value - others[index]![entry]!))),
  );
}

const exports = [
  ['Concat with position_ids', concatPositions, 1e-4],
  ['Concat with positions from the mask', concatMask, 1e-4],
  // Logits up to 12 rounded to 11 bits, and a cache of such numbers.
  ['Concat with a float16 cache', concatHalf, 2e-2],
  ['GroupQueryAttention with position_ids', groupedPositions, 1e-4],
] as const;

test.each(exports)('%s: one pass answers what the reference does', async (_, url, tolerance) => {
  const model = await load(url);
  const sequence = model.openSequence();
  const rows = await rowsOf(sequence, 0, ids.length);
  expect(sequence.kvLength).toBe(ids.length);
  expect(largestDifference(rows, reference)).toBeLessThan(tolerance);
  await model.dispose();
});

test('weights of Constant nodes may lie in another file, whose name is any', async () => {
  const given = await tinyModel(groupedPositions);
  const name = 'Gewichte (für 1+1).data';
  const model = await runtime.loadModel({
    ...given,
    ...withConstantsBeside(given.onnx, name),
    sha256: 'constants',
  });
  const rows = await rowsOf(model.openSequence(), 0, ids.length);
  expect(largestDifference(rows, reference)).toBeLessThan(1e-4);
  await model.dispose();
});

test.each(exports)('%s: passes of any width after each other answer the same', async (_, url, tolerance) => {
  const model = await load(url);
  const sequence = model.openSequence();
  for (const [from, to] of [
    [0, 5],
    [5, 6],
    [6, 7],
    [7, 15],
    [15, 24],
  ] as const) {
    expect(largestDifference(await rowsOf(sequence, from, to), reference.slice(from, to))).toBeLessThan(
      tolerance,
    );
  }
  await model.dispose();
});

test.each(exports)('%s: rolled back, it answers as if it had never read on', async (_, url) => {
  const model = await load(url);
  const fresh = model.openSequence();
  await rowsOf(fresh, 0, 6);
  const untouched = await rowsOf(fresh, 6, 9);
  const sequence = model.openSequence();
  await rowsOf(sequence, 0, 6);
  await rowsOf(sequence, 10, 20);
  sequence.rollback(12);
  sequence.rollback(6);
  expect(sequence.kvLength).toBe(6);
  expect(await rowsOf(sequence, 6, 9)).toEqual(untouched);
  await model.dispose();
});

test.each(exports)('%s: a copy of its beginning answers as if it had read that itself', async (_, url) => {
  const model = await load(url);
  const sequence = model.openSequence();
  await rowsOf(sequence, 0, 6);
  const untouched = await rowsOf(sequence, 6, 9);
  const copy = model.openSequence();
  await rowsOf(copy, 10, 20);
  await model.copyPrefix(sequence, copy, 6);
  expect([sequence.kvLength, copy.kvLength]).toEqual([9, 6]);
  expect(await rowsOf(copy, 6, 9)).toEqual(untouched);
  // And what the one reads is not read by the other.
  await rowsOf(copy, 12, 20);
  sequence.rollback(6);
  expect(await rowsOf(sequence, 6, 9)).toEqual(untouched);
  await model.dispose();
});

test.each(exports)('%s: the last row alone is the last of all rows', async (_, url, tolerance) => {
  const model = await load(url);
  const sequence = model.openSequence();
  expect(await sequence.forward({ kind: 'host', length: 4, ids: ids.slice(0, 4) }, 'none')).toBeNull();
  const logits = await sequence.forward({ kind: 'host', length: 3, ids: ids.slice(4, 7) }, 'last');
  expect([logits.rows, logits.width]).toEqual([1, expected.vocabSize]);
  expect(largestDifference([[...(await logits.toHost())]], [reference[6]!])).toBeLessThan(tolerance);
  await model.dispose();
});

test('a model measures how far its wide passes are from narrow ones', async () => {
  const model = await load(groupedPositions);
  expect(model.noise.maxLogitDifference).toBeLessThan(1e-4);
  expect(model.noise.meanTotalVariation).toBeLessThan(1e-5);
  expect(model.notes).toEqual([]);
  await model.dispose();
});

test('a cache that copies is told to the user', async () => {
  const model = await load(concatPositions);
  expect(model.notes.join()).toContain('copies the whole cache');
  await model.dispose();
});

test.each(exports)('%s: the context fills to its last position and no further', async (_, url) => {
  const model = await load(url);
  const sequence = model.openSequence();
  const long = Array.from({ length: 90 }, (_, index) => ids[index % ids.length]!);
  await sequence.forward({ kind: 'host', length: 90, ids: long }, 'none');
  await expect(
    sequence.forward({ kind: 'host', length: 7, ids: long.slice(0, 7) }, 'last'),
  ).rejects.toMatchObject({ code: 'context-full', details: { positions: 97, contextLength: 96 } });
  expect(sequence.kvLength).toBe(90);
  await sequence.forward({ kind: 'host', length: 6, ids: long.slice(0, 6) }, 'last');
  expect(sequence.kvLength).toBe(96);
  await model.dispose();
});

test('an input that is not understood is named', async () => {
  const refusal = load(unknownInput);
  await expect(refusal).rejects.toBeInstanceOf(EngineError);
  await expect(refusal).rejects.toMatchObject({ code: 'model-unsupported' });
  await expect(refusal).rejects.toThrow('encoder_hidden_states');
});

test('a vocabulary larger than the rows of logits is refused with both numbers', async () => {
  const onnx = await bytesAt(groupedPositions);
  await expect(
    runtime.loadModel({ id: 'tiny', onnx, sha256: 'narrow', contextLength: 96, vocabSize: 41 }),
  ).rejects.toMatchObject({ code: 'vocabulary-mismatch', details: { width: 40, vocabSize: 41 } });
});

test('a pass that fails leaves the cache as it was and the next one runs', async () => {
  const model = await load(groupedPositions);
  const sequence = model.openSequence();
  await rowsOf(sequence, 0, 5);
  const broken = sequence.forward({ kind: 'host', length: 2, ids: [tokenId(3), tokenId(4000)] }, 'all');
  const next = rowsOf(sequence, 5, 9);
  await expect(broken).rejects.toMatchObject({ code: 'model-load' });
  await expect(broken).rejects.toThrow(/pass of tiny over 2 tokens/);
  expect(largestDifference(await next, reference.slice(5, 9))).toBeLessThan(1e-4);
  expect(sequence.kvLength).toBe(9);
  await model.dispose();
});

test('passes begun at once run one after the other, each at its place', async () => {
  const model = await load(concatMask);
  const one = model.openSequence();
  const other = model.openSequence();
  const results = await Promise.all([
    rowsOf(one, 0, 4),
    rowsOf(other, 0, 8),
    rowsOf(one, 4, 8),
    rowsOf(other, 8, 12),
  ]);
  expect(largestDifference([...results[0], ...results[2]], reference.slice(0, 8))).toBeLessThan(1e-4);
  expect(largestDifference([...results[1], ...results[3]], reference.slice(0, 12))).toBeLessThan(1e-4);
  await model.dispose();
});

test('rolling back beyond what is held is refused', async () => {
  const model = await load(concatMask);
  const sequence = model.openSequence();
  await rowsOf(sequence, 0, 3);
  for (const length of [4, -1, 1.5]) expect(() => sequence.rollback(length)).toThrow(RangeError);
  expect(sequence.kvLength).toBe(3);
  await model.dispose();
});

test('an aborted load ends with the signal’s reason, and the next load works', async () => {
  const abort = new AbortController();
  const onnx = await bytesAt(groupedPositions);
  const source = { id: 'tiny', onnx, sha256: 'aborted', contextLength: 96, vocabSize: 40 };
  const stages: string[] = [];
  const loading = runtime.loadModel(source, {
    signal: abort.signal,
    onStage: (stage) => {
      stages.push(stage);
      if (stage === 'self-check') abort.abort();
    },
  });
  await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
  expect(stages).toEqual(['create-session', 'self-check']);
  await (await runtime.loadModel(source)).dispose();
});

test('a truncated model is an integrity error at any length', async () => {
  const onnx = await bytesAt(groupedPositions);
  for (const length of [0, 1, 100, 5000, onnx.length - 1]) {
    await expect(
      runtime.loadModel({
        id: 'tiny',
        onnx: onnx.slice(0, length),
        sha256: '',
        contextLength: 96,
        vocabSize: 40,
      }),
    ).rejects.toMatchObject({ code: 'integrity' });
  }
});
