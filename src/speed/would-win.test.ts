import { describe, expect, test } from 'vitest';
import type { DecodeResult } from '../engine/engine-api.ts';
import type { ScheduleKind } from '../engine/request-types.ts';
import { measuredSpeedUp } from './speed-up.ts';
import { wouldWin } from './would-win.ts';

const measured = (ratio: number) => measuredSpeedUp([{ methodMs: 1, referenceMs: ratio }])!;

/** t(k) of a member: ms of one token, and of each further one. */
const member = (firstMs: number, moreMs: number, count = 9) => ({
  acceptanceRate: 0.8,
  meanDraftLength: 4,
  forwardsByWidth: [1, 2, 9].map((tokens) => ({ tokens, count, medianMs: firstMs + (tokens - 1) * moreMs })),
});

function resultOf(method: object, members: readonly object[], predicted: number | null): DecodeResult {
  const speedUp = predicted === null ? null : { predicted };
  return { request: { method }, stats: { members, acceptanceRate: 0.8, speedUp } } as unknown as DecodeResult;
}

const team = (schedule: ScheduleKind) => ({ kind: 'collaborative', schedule, defaultProposer: 0 });
const drafted = { kind: 'speculative', drafter: { kind: 'model', draftLength: 8 } };

describe('in place of a method that lost', () => {
  test('another schedule wins where the costs of the run promise it', () => {
    const result = resultOf(team('black-box'), [member(1, 0), member(1, 0)], 1.2);
    expect(wouldWin(result, measured(0.95))).toEqual({ kind: 'schedule', schedule: 'alternate' });
  });

  test('the reference wins where predictions are as far off as the method was', () => {
    const result = resultOf(team('black-box'), [member(1, 0), member(1, 0)], 1.8);
    expect(wouldWin(result, measured(0.4))).toEqual({ kind: 'reference' });
  });

  test('a shorter draft wins where long ones are dear', () => {
    const result = resultOf(drafted, [member(10, 4), member(1, 0)], 0.85);
    expect(wouldWin(result, measured(0.8))).toMatchObject({ kind: 'draft-length', draftLength: 2 });
  });

  test.each([
    ['nothing was predicted', team('alternate'), [member(1, 0), member(1, 0)], null],
    ['a member has no costs', team('black-box'), [member(1, 0), member(1, 0, 1)], 1.2],
    ['the target has no costs', drafted, [member(1, 0, 1), member(1, 0)], 1.2],
  ])('the reference wins where %s', (_, method, members, predicted) => {
    expect(wouldWin(resultOf(method, members, predicted), measured(0.9))).toEqual({ kind: 'reference' });
  });
});
