import { expect, test } from 'vitest';
import { tokenId } from '../../tokens/token-id.ts';
import type { Sequence } from '../causal-model.ts';
import { disagreementLimits, isGross } from '../costs/verification-noise.ts';
import { quantisedActivationOperators } from '../onnx/activation-precision.ts';
import { readOnnxGraph } from '../onnx/onnx-graph.ts';
import {
  type GraphFixture,
  graphFixtureContext,
  graphFixtures,
  graphFixtureTokens,
} from '../testing/graph-fixtures.ts';
import { openSession } from '../testing/open-session.ts';
import { readGraphFixture } from '../testing/read-graph-fixture.ts';
import { largestDifference, rowsOfPass } from '../testing/sequence-rows.ts';
import type { ModelSession } from './model-session.ts';
import { measureNoise } from './self-check.ts';

/* Every family as every exporter writes it, on WASM: as exported, and prepared. */

const ids = graphFixtureTokens.map(tokenId);
/** Widths whose sum is the text: single tokens at the start, across a window of 8 and across the 32 rows of a cache. */
const widths = [5, 1, 1, 1, 9, 13, 1, 1, 1, 1, 4, 2];

async function rowsOfPieces(sequence: Sequence): Promise<Float32Array> {
  const pieces: number[] = [];
  let from = 0;
  for (const width of widths) {
    pieces.push(...(await rowsOfPass(sequence, ids.slice(from, from + width))));
    from += width;
  }
  return Float32Array.from(pieces);
}

async function expectRightLogits(
  session: ModelSession,
  { tolerance, vocabSize }: GraphFixture,
  reference: Float32Array,
): Promise<void> {
  const atOnce = session.openSequence();
  const rows = await rowsOfPass(atOnce, ids);
  expect(session.width).toBe(vocabSize);
  expect(largestDifference(rows, reference)).toBeLessThan(tolerance.reference);
  const inPieces = session.openSequence();
  expect(largestDifference(await rowsOfPieces(inPieces), rows)).toBeLessThan(tolerance.passes);

  // Rolled back by more than a window: it answers bit for bit as a cache that read no other tokens in between.
  atOnce.rollback(6);
  await rowsOfPass(atOnce, ids.slice(20, 39));
  atOnce.rollback(6);
  const fresh = session.openSequence();
  await rowsOfPass(fresh, ids);
  fresh.rollback(6);
  const again = await rowsOfPass(atOnce, ids.slice(6, 9));
  expect(again).toEqual(await rowsOfPass(fresh, ids.slice(6, 9)));
  expect(largestDifference(again, rows.subarray(6 * vocabSize, 9 * vocabSize))).toBeLessThan(
    tolerance.passes,
  );
}

test.each(graphFixtures)(
  '$name: logits are those of PyTorch, at once, in pieces and rolled back',
  async (fixture) => {
    const { source, reference } = await readGraphFixture(fixture);
    for (const place of ['as exported', 'prepared'] as const) {
      const session = await openSession(source, place);
      await expectRightLogits(session, fixture, reference);
      const noise = await measureNoise(() => session.openSequence(), fixture.vocabSize, graphFixtureContext);
      const isInt8 = quantisedActivationOperators(readOnnxGraph(source.onnx)).length > 0;
      expect(isGross(noise, disagreementLimits[isInt8 ? 'int8' : session.floatType])).toBe(false);
      await session.release();
    }
  },
);
