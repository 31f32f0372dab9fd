import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenId } from '../../tokens/token-id.ts';
import { appendStepRows } from '../cache/append-kv-cache.ts';
import type { Sequence } from '../causal-model.ts';
import expectedUrl from '../fixtures/expected.json?url';
import expectedPackedUrl from '../fixtures/expected-packed.json?url';
import groupedPositions from '../fixtures/grouped-positions.onnx?url';
import packed4 from '../fixtures/packed-4.onnx?url';
import packed4Zero from '../fixtures/packed-4-zero.onnx?url';
import packed8 from '../fixtures/packed-8.onnx?url';
import packed8Zero from '../fixtures/packed-8-zero.onnx?url';
import packedHalf from '../fixtures/packed-half.onnx?url';
import { withDataBeside } from '../testing/data-beside.ts';
import { onceUponATime, storyModel } from '../testing/load-story-model.ts';
import { largestDifference, rowsOfPass } from '../testing/sequence-rows.ts';
import { jsonAt } from '../testing/site.ts';
import { tinyModel } from '../testing/tiny-model.ts';
import { ModelRuntime } from './runtime.ts';

/* Models prepared for WASM against the same models as exported, and against a reference that shares no code. */

interface Expected {
  readonly tokenIds: readonly number[];
  readonly logits: readonly (readonly number[])[];
}

const plain = await jsonAt<Expected>(expectedUrl);
const packed = await jsonAt<Record<string, Expected['logits']>>(expectedPackedUrl);
const ids = plain.tokenIds.map(tokenId);

let preparing: ModelRuntime;
let asExported: ModelRuntime;
beforeAll(async () => {
  preparing = await ModelRuntime.open('wasm');
  asExported = await ModelRuntime.open('wasm', { preparation: 'never' });
});
afterAll(() => Promise.all([preparing.close(), asExported.close()]));

/** Logits of float16 products are rounded to 11 bits. */
const halfTolerance = 5e-2;
const fixtures: readonly [string, string, Expected['logits'], number][] = [
  ['grouped-positions', groupedPositions, plain.logits, 1e-4],
  ['packed-4', packed4, packed['packed-4']!, 1e-4],
  ['packed-4-zero', packed4Zero, packed['packed-4-zero']!, 1e-4],
  ['packed-8', packed8, packed['packed-8']!, 1e-4],
  ['packed-8-zero', packed8Zero, packed['packed-8-zero']!, 1e-4],
  ['packed-half', packedHalf, packed['packed-half']!, halfTolerance],
];

const pieces = [
  [0, 5],
  [5, 6],
  [6, 7],
  [7, 15],
  [15, 24],
] as const;

async function rowsOfPieces(sequence: Sequence): Promise<Float32Array> {
  const rows = new Float32Array(ids.length * 40);
  for (const [from, to] of pieces) rows.set(await rowsOfPass(sequence, ids.slice(from, to)), from * 40);
  return rows;
}

test.each(fixtures)(
  '%s: prepared and as exported it answers what the reference does',
  async (id, url, logits, tolerance) => {
    const reference = Float32Array.from(logits.flat());
    for (const runtime of [asExported, preparing]) {
      const model = await runtime.loadModel(await tinyModel(url, id));
      expect(model.notes).toEqual([]);
      expect(largestDifference(await rowsOfPass(model.openSequence(), ids), reference)).toBeLessThan(
        tolerance,
      );
      expect(largestDifference(await rowsOfPieces(model.openSequence()), reference)).toBeLessThan(tolerance);
      await model.dispose();
    }
  },
);

test.each(fixtures)(
  '%s: rolled back, it answers bit for bit as a fresh cache does, whatever its size',
  async (id, url) => {
    const model = await preparing.loadModel(await tinyModel(url, id));
    const long = Array.from({ length: 90 }, (_, index) => ids[(index * 7) % ids.length]!);
    const kept = model.openSequence();
    await rowsOfPass(kept, ids.slice(0, 6));
    await rowsOfPass(kept, long.slice(0, 50));
    kept.rollback(6);
    const fresh = model.openSequence();
    await rowsOfPass(fresh, ids.slice(0, 6));
    expect(await rowsOfPass(kept, ids.slice(6, 9))).toEqual(await rowsOfPass(fresh, ids.slice(6, 9)));
    await model.dispose();
  },
);

test.each(['story-base', 'story-draft'] as const)(
  '%s: prepared, its logits are those of the exported graph',
  async (id) => {
    const source = await storyModel(id);
    const [one, other] = await Promise.all([preparing.loadModel(source), asExported.loadModel(source)]);
    expect(one.notes).toEqual([]);
    expect(one.noise.maxLogitDifference).toBeLessThan(1e-4);
    const [sequence, exported] = [one.openSequence(), other.openSequence()];
    const text = Array.from({ length: 300 }, (_, index) => tokenId((index * 7919 + 11) % 1846));
    let from = 0;
    // Widths around the rows that the cache grows by, then single tokens across such a place.
    for (const width of [appendStepRows - 1, 1, 1, 64, 100, 8, 3, 47, 1, 1, 1]) {
      const fed = text.slice(from, from + width);
      const rows = await rowsOfPass(sequence, fed);
      expect(largestDifference(rows, await rowsOfPass(exported, fed))).toBeLessThan(1e-4);
      from += width;
    }
    await Promise.all([one.dispose(), other.dispose()]);
  },
);

test('a cache rolled back far gives its memory up and goes on rightly', async () => {
  const model = await preparing.loadModel(await storyModel('story-draft'));
  const text = Array.from({ length: 400 }, (_, index) => tokenId((index * 7919 + 11) % 1846));
  const kept = model.openSequence();
  await rowsOfPass(kept, text);
  kept.rollback(40);
  const fresh = model.openSequence();
  await rowsOfPass(fresh, text.slice(0, 40));
  const next = text.slice(40, 44);
  expect(largestDifference(await rowsOfPass(kept, next), await rowsOfPass(fresh, next))).toBeLessThan(2e-5);
  await model.dispose();
});

test('the last row alone is the last of all rows', async () => {
  const model = await preparing.loadModel(await storyModel('story-draft'));
  const prompt = [0, 879, 1190, 260, 527].map(tokenId);
  const all = await rowsOfPass(model.openSequence(), prompt);
  const last = await model.openSequence().forward({ kind: 'host', length: 5, ids: prompt }, 'last');
  expect(last.rows).toBe(1);
  expect(largestDifference(await last.toHost(), all.subarray(4 * model.width))).toBeLessThan(1e-5);
  await model.dispose();
});

test('weights in a file beside the model give the same logits, prepared and as exported', async () => {
  const given = await storyModel('story-draft');
  const beside = { ...given, ...withDataBeside(given.onnx, 'model_q4.onnx_data'), sha256: 'beside' };
  for (const runtime of [preparing, asExported]) {
    const rows = [];
    for (const source of [given, beside]) {
      const model = await runtime.loadModel(source);
      rows.push(await rowsOfPass(model.openSequence(), onceUponATime));
      await model.dispose();
    }
    // Where passes are padded, those of the two may be padded to other widths.
    expect(largestDifference(rows[1]!, rows[0]!)).toBeLessThan(2e-5);
  }
});
