import { afterAll, beforeAll, expect, test } from 'vitest';
import { adjustLogits, type LogitAdjustment } from '../../sample/logit-adjustment.ts';
import { type TokenId, tokenId } from '../../tokens/token-id.ts';
import { wide } from './command-stream.ts';
import { type GpuBench, openGpuBench } from './testing/gpu-bench.ts';
import { modelLikeRow, seededNumbers } from './testing/random-rows.ts';
import { holdRows, openStream } from './testing/weigh-rows.ts';

let bench: GpuBench;
beforeAll(async () => {
  bench = await openGpuBench();
});
afterAll(() => bench.device.close());

/** Both round to f32, but a GPU may fuse product and sum: 2 units in the last place of numbers up to 128. */
const tolerance = 2 * 2 ** -17;

const random = seededNumbers(3);
const biased = (entries: readonly (readonly [number, number])[]) =>
  new Map(entries.map(([token, amount]) => [tokenId(token), amount]));

interface Case {
  readonly name: string;
  readonly vocabSize: number;
  readonly adjustment: LogitAdjustment;
  readonly text: readonly TokenId[];
  /** Lengths of the text before each row. */
  readonly textEnds: readonly number[];
}

/** A few tokens come often, others once. */
const textOf = (length: number, vocabSize: number): TokenId[] =>
  Array.from({ length }, (_, index) =>
    tokenId(index % 3 === 0 ? index % 7 : Math.floor(random() * vocabSize)),
  );

const cases: readonly Case[] = [
  {
    name: 'several rows behind one text',
    vocabSize: 61,
    adjustment: {
      bias: biased([
        [0, 5],
        [60, -100],
      ]),
      frequencyPenalty: 0.7,
      presencePenalty: -0.4,
    },
    text: textOf(700, 61),
    textEnds: [0, 1, 300, 700],
  },
  {
    name: 'a large vocabulary, the last token of a tile and the first of the next',
    vocabSize: 151_669,
    adjustment: {
      bias: biased([
        [4095, 1.25],
        [4096, -1.25],
        [151_668, 100],
      ]),
      frequencyPenalty: -1.1,
      presencePenalty: 2,
    },
    text: [...textOf(50, 151_669), tokenId(4095), tokenId(4096), tokenId(151_668)],
    textEnds: [53],
  },
  {
    name: 'more biased tokens than threads',
    vocabSize: 1846,
    adjustment: {
      bias: biased(Array.from({ length: 1024 }, (_, index) => [index, index / 10 - 50])),
      frequencyPenalty: 0,
      presencePenalty: 0,
    },
    text: [],
    textEnds: [0, 0],
  },
];

test.each(cases)(
  '$name: the rows are those of the CPU',
  async ({ vocabSize, adjustment, text, textEnds }) => {
    const rows = textEnds.map(() => modelLikeRow(vocabSize, random));
    const stream = openStream(bench, vocabSize);
    const { memory } = stream;
    memory.reserve({ textTokens: text.length });
    if (text.length > 0) stream.write(memory.text, 0, new Uint32Array(text.flatMap((id) => [id, 0])));
    const slots = holdRows(stream, rows);
    const toAdjust = slots.map((slot, index) => ({ slot, textEnd: textEnds[index] }));
    stream.run({ position: 0, textIndex: 0, adjusted: { adjustment, rows: toAdjust } }, [
      wide('adjust', slots.length),
    ]);
    stream.flush();
    for (const [index, slot] of slots.entries()) {
      const actual = new Float32Array(await bench.read(memory.rows, slot * memory.rowBytes, memory.rowBytes));
      const expected = rows[index].slice();
      adjustLogits(expected, adjustment, text.slice(0, textEnds[index]));
      const differing = expected.findIndex(
        (logit, token) => !(logit === actual[token] || Math.abs(logit - actual[token]) < tolerance),
      );
      expect(differing, `first differing token of row ${index}`).toBe(-1);
      expect(actual.some((logit, token) => logit !== rows[index][token])).toBe(
        textEnds[index] > 0 || adjustment.bias.size > 0,
      );
    }
    stream.dispose();
  },
);
