import { afterAll, expect, test } from 'vitest';
import { tokenId } from '../../tokens/token-id.ts';
import type { PassBatching, Sequence } from '../causal-model.ts';
import { noGains } from '../costs/batch-gains.ts';
import groupedPositions from '../fixtures/grouped-positions.onnx?url';
import { storyModel } from '../testing/load-story-model.ts';
import { openSession } from '../testing/open-session.ts';
import { largestDifference, rowsOfPass } from '../testing/sequence-rows.ts';
import { tinyModel } from '../testing/tiny-model.ts';
import type { ModelSession } from './model-session.ts';
import type { OrtSequence } from './ort-sequence.ts';
import type { ModelSource } from './runtime.ts';

/** float32, other kernels for other widths. */
const tolerance = 2e-5;

const opened: ModelSession[] = [];
afterAll(() => Promise.all(opened.map((session) => session.release())));

async function open(source: ModelSource) {
  const session = await openSession(source, 'prepared');
  opened.push(session);
  const batching = session.batchPasses(noGains);
  if (!batching) throw new Error(`${source.id} takes one text`);
  return { session, batching };
}

const models = [
  ['story-base', () => storyModel('story-base'), 1846],
  ['story-draft', () => storyModel('story-draft'), 1846],
  ['a graph with position_ids', () => tinyModel(groupedPositions), 40],
] as const;

async function rowsTogether(
  batching: PassBatching,
  sequences: readonly Sequence[],
  texts: readonly (readonly number[])[],
  wanted: 'all' | 'last' = 'all',
): Promise<Float32Array[]> {
  const passes = sequences.map((sequence, index) => {
    const ids = texts[index]!.map(tokenId);
    return { sequence, run: { kind: 'host', length: ids.length, ids } as const };
  });
  const handles = await batching.forward(passes, wanted);
  return Promise.all(handles.map((handle) => handle.toHost()));
}

test.each(models)(
  '%s: texts of different lengths answer in one pass what they do apart, rolled back and after',
  async (_, source, vocabSize) => {
    const { session, batching } = await open(await source());
    const text = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ((from + index) * 7919 + 11) % vocabSize);
    const apart = [session.openSequence(), session.openSequence()];
    const together = [session.openSequence(), session.openSequence()];
    for (const [index, length] of [40, 7].entries()) {
      const prompt = text(100 * index, length).map(tokenId);
      for (const each of [apart, together]) await rowsOfPass(each[index]!, prompt);
    }
    let most = 0;
    const both = async (texts: readonly (readonly number[])[]) => {
      const rows = await rowsTogether(batching, together, texts);
      for (const [index, sequence] of apart.entries()) {
        const own = await rowsOfPass(sequence, texts[index]!.map(tokenId));
        most = Math.max(most, largestDifference(rows[index]!, own));
        expect(together[index]!.kvLength).toBe(sequence.kvLength);
      }
    };
    await both([text(300, 1), text(400, 1)]);
    await both([text(310, 2), text(410, 2)]);
    for (let step = 0; step < 30; step++) await both([text(500 + step, 1), text(600 + step, 1)]);
    for (const each of [apart, together]) {
      each[0]!.rollback(20);
      each[1]!.rollback(9);
    }
    await both([text(320, 2), text(420, 2)]);
    await both([text(330, 1), text(430, 1)]);
    expect(most).toBeLessThan(tolerance);
  },
);

test('caches that were fed together go apart, grow, shrink and come together with others', async () => {
  const { session, batching } = await open(await storyModel('story-draft'));
  const text = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ((from + index) * 7919 + 11) % 1846);
  const [a, b, c] = [session.openSequence(), session.openSequence(), session.openSequence()];
  const fed = new Map<Sequence, number[]>([a, b, c].map((sequence) => [sequence, []]));
  const alone = async (sequence: Sequence, ids: readonly number[]) => {
    fed.get(sequence)!.push(...ids);
    return rowsOfPass(sequence, ids.map(tokenId));
  };
  const together = async (sequences: readonly Sequence[], texts: readonly (readonly number[])[]) => {
    for (const [index, sequence] of sequences.entries()) fed.get(sequence)!.push(...texts[index]!);
    return rowsTogether(batching, sequences, texts);
  };
  const rollback = (sequence: Sequence, length: number) => {
    sequence.rollback(length);
    fed.get(sequence)!.length = length;
  };
  await alone(a, text(0, 20));
  await alone(b, text(100, 250));
  await together([a, b], [text(30, 1), text(400, 1)]);
  // The shorter text grows by itself, out of the common memory, and the longer one gives most of its own up.
  await alone(a, text(40, 300));
  rollback(b, 10);
  await alone(b, text(410, 2));
  await together([b, a], [text(420, 2), text(430, 2)]);
  await alone(c, text(700, 3));
  await together([c, a], [text(440, 1), text(450, 1)]);
  rollback(a, 15);
  await together([a, c], [text(460, 1), text(470, 1)]);
  b.dispose();
  // The second of two in one memory is copied into one of its own.
  const copy = session.openSequence() as OrtSequence;
  await copy.copyFrom(c as OrtSequence, 4);
  fed.set(copy, fed.get(c)!.slice(0, 4));
  const copied = await alone(copy, text(500, 2));
  const last = await together([a, c], [text(480, 2), text(490, 2)]);
  for (const [index, sequence] of [a, c, copy].entries()) {
    const fresh = session.openSequence();
    const rows = await rowsOfPass(fresh, fed.get(sequence)!.map(tokenId));
    expect(largestDifference([...last, copied][index]!, rows.slice(-2 * 1846))).toBeLessThan(tolerance);
  }
});

test('of the wanted rows the last alone is the last of all', async () => {
  const { session, batching } = await open(await storyModel('story-draft'));
  const sequences = [session.openSequence(), session.openSequence()];
  await rowsOfPass(sequences[0]!, [5, 6, 7].map(tokenId));
  const texts = [
    [10, 20, 30],
    [40, 50, 60],
  ];
  const all = await rowsTogether(batching, sequences, texts);
  sequences[0]!.rollback(3);
  sequences[1]!.rollback(0);
  const last = await rowsTogether(batching, sequences, texts, 'last');
  for (const index of [0, 1]) {
    expect(largestDifference(last[index]!, all[index]!.slice(-1846))).toBeLessThan(tolerance);
  }
});

test('a pass that cannot be run for one of the texts leaves both as they were', async () => {
  const { session, batching } = await open(await tinyModel(groupedPositions));
  const sequences = [session.openSequence(), session.openSequence()];
  const long = Array.from({ length: 95 }, (_, index) => (index * 7) % 40);
  await rowsOfPass(sequences[0]!, long.map(tokenId));
  await rowsOfPass(sequences[1]!, [1, 2].map(tokenId));
  const texts = (count: number) => [long.slice(0, count), long.slice(0, count)];
  await expect(rowsTogether(batching, sequences, texts(2))).rejects.toMatchObject({ code: 'context-full' });
  await expect(rowsTogether(batching, sequences, [[1], [1, 2]])).rejects.toThrow(RangeError);
  expect(sequences.map(({ kvLength }) => kvLength)).toEqual([95, 2]);
  const [, other] = await rowsTogether(batching, sequences, texts(1));
  const fresh = session.openSequence();
  const rows = await rowsOfPass(fresh, [1, 2, long[0]!].map(tokenId));
  expect(largestDifference(other!, rows.slice(-40))).toBeLessThan(1e-4);
});

test('a graph as exported takes one text at a time', async () => {
  const session = await openSession(await storyModel('story-draft'), 'as exported');
  opened.push(session);
  expect(session.batchPasses(noGains)).toBeNull();
  expect(session.openSequence().batching).toBeNull();
});

test('a copy of the beginning of a text answers as that does, on a graph as exported', async () => {
  const session = await openSession(await tinyModel(groupedPositions), 'as exported');
  opened.push(session);
  const [sequence, copy] = [session.openSequence(), session.openSequence()] as OrtSequence[];
  const ids = Array.from({ length: 40 }, (_, index) => tokenId((index * 7) % 40));
  await rowsOfPass(sequence, ids);
  await rowsOfPass(copy, ids.slice(20, 30));
  await copy.copyFrom(sequence, 6);
  sequence.rollback(6);
  const next = ids.slice(6, 9);
  expect(await rowsOfPass(copy, next)).toEqual(await rowsOfPass(sequence, next));
});
