import { expect, test } from 'vitest';
import type { DecodeResult } from '../src/engine/engine-api.ts';
import type { Forward, Round } from '../src/round/round.ts';
import { sequentialRows } from './sequential-row.ts';
import type { Trial } from './trials.ts';

/** A decode of two members that writes three tokens after the first, each for one forward of either. */
function sequential(tokensPerSecond: number, ms: number): DecodeResult {
  const forward = (member: number): Forward => ({
    ...{ member, kind: 'score', tokens: 1, ms, startMs: 0, estimated: false },
  });
  const round = (index: number) =>
    ({
      index,
      atMs: index * 4 * ms,
      forwards: [forward(0), forward(1)],
      committed: [1],
      msByPhase: { forward: 2 * ms, sample: ms, text: 0, readback: 0 },
    }) as unknown as Round;
  return {
    rounds: [0, 1, 2, 3].map(round),
    stats: { tokensPerSecond, members: [{}, {}] },
  } as unknown as DecodeResult;
}

const trial = (...reference: [DecodeResult, DecodeResult]): Trial => ({ result: reference[0], reference });

test('sequential decodes make a row a temperature, each counted once though two rows share it', () => {
  const shared = sequential(110, 2);
  const rows = sequentialRows([
    [{ temperature: 1 }, [trial(sequential(100, 2), shared)]],
    [{ temperature: 0 }, [trial(sequential(200, 1), sequential(220, 1))]],
    [{ temperature: 1 }, [trial(shared, sequential(120, 2))]],
    [{ temperature: 0.5 }, []],
  ]);
  expect(rows).toEqual([
    {
      name: 'sequential',
      tokensPerSecond: { lower: 105, median: 110, upper: 115, count: 3 },
      forwardsPerToken: 2,
      otherShare: 0.5,
      costs: [[{ tokens: 1, ms: 2 }], [{ tokens: 1, ms: 2 }]],
    },
    expect.objectContaining({
      name: 'sequential, T = 0',
      tokensPerSecond: { lower: 205, median: 210, upper: 215, count: 2 },
    }),
  ]);
});
