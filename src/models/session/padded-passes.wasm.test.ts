import { afterAll, expect, test } from 'vitest';
import type { WantedRows } from '../causal-model.ts';
import { noPadding, type PassPadding } from '../costs/pass-padding.ts';
import concatPositions from '../fixtures/concat-positions.onnx?url';
import groupedPositions from '../fixtures/grouped-positions.onnx?url';
import { dragonStory, storyModel } from '../testing/load-story-model.ts';
import { openSession } from '../testing/open-session.ts';
import { largestDifference, rowsOfPass } from '../testing/sequence-rows.ts';
import { tinyModel } from '../testing/tiny-model.ts';
import type { ModelSession } from './model-session.ts';
import type { ModelSource } from './runtime.ts';

/** float32, other kernels for other widths. */
const tolerance = 2e-5;

const toEights: PassPadding = { paddedTokens: (tokens) => Math.ceil(tokens / 8) * 8 };

const opened: ModelSession[] = [];
afterAll(() => Promise.all(opened.map((session) => session.release())));

async function open(source: ModelSource, place: 'prepared' | 'as exported'): Promise<ModelSession> {
  const session = await openSession(source, place);
  opened.push(session);
  return session;
}

const sessions = [
  ['story-draft, prepared', async () => open(await storyModel('story-draft'), 'prepared')],
  ['story-draft, as exported', async () => open(await storyModel('story-draft'), 'as exported')],
  ['a graph with position_ids, prepared', async () => open(await tinyModel(groupedPositions), 'prepared')],
  [
    'a graph with position_ids, as exported',
    async () => open(await tinyModel(groupedPositions), 'as exported'),
  ],
] as const;

const text = dragonStory.map((_, index) => dragonStory[(index * 5) % dragonStory.length]!);

test.each(sessions)(
  '%s: padded passes answer what unpadded ones do, rolled back and after',
  async (_, openIt) => {
    const session = await openIt();
    const ids = text.map((id) => (session.width < 100 ? ((id % 40) as typeof id) : id));
    const plain = session.openSequence();
    expect(session.padPasses(toEights)).toBe(toEights);
    const padded = session.openSequence();
    const both = async (from: number, to: number, wanted: WantedRows) => {
      const fed = ids.slice(from, to);
      const rows = await Promise.all(
        [plain, padded].map(async (sequence) => {
          const logits = await sequence.forward({ kind: 'host', length: fed.length, ids: fed }, wanted);
          expect(logits?.rows).toBe({ all: fed.length, last: 1, none: undefined }[wanted]);
          return logits ? await logits.toHost() : new Float32Array(0);
        }),
      );
      expect(largestDifference(rows[1]!, rows[0]!)).toBeLessThan(tolerance);
      expect(padded.kvLength).toBe(plain.kvLength);
    };
    await both(0, 5, 'last');
    await both(5, 6, 'all');
    await both(6, 9, 'all');
    await both(9, 27, 'none');
    await both(27, 33, 'last');
    for (const sequence of [plain, padded]) sequence.rollback(20);
    await both(33, 40, 'all');
    expect(padded.kvLength).toBe(27);
  },
);

test('no padding passes the end of the context', async () => {
  const session = await open(await tinyModel(groupedPositions), 'prepared');
  session.padPasses(toEights);
  const sequence = session.openSequence();
  const ids = Array.from({ length: 96 }, (_, index) => text[index % text.length]!).map((id) => id % 40);
  const fed = (from: number, to: number) => ids.slice(from, to) as typeof text;
  await rowsOfPass(sequence, fed(0, 90));
  const atTheEnd = await rowsOfPass(sequence, fed(90, 95));
  expect(sequence.kvLength).toBe(95);
  const fresh = session.openSequence();
  const all = await rowsOfPass(fresh, fed(0, 95));
  expect(largestDifference(atTheEnd, all.subarray(90 * 40))).toBeLessThan(1e-4);
  await rowsOfPass(sequence, fed(95, 96));
  await expect(rowsOfPass(sequence, fed(0, 1))).rejects.toMatchObject({ code: 'context-full' });
});

test('a cache that is concatenated takes no padding', async () => {
  const session = await open(await tinyModel(concatPositions), 'as exported');
  expect(session.padPasses(toEights)).toBe(noPadding);
});
