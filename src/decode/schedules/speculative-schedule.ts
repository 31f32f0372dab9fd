import type { Member } from '../../round/member.ts';
import { proposerIndex } from '../../round/proposer.ts';
import type { DraftLengthController } from '../draft-length-controller.ts';
import type { Drafter } from '../drafters/drafter.ts';
import type { Schedule } from './schedule.ts';
import { sequentialSchedule } from './sequential-schedule.ts';

/**
 * A drafter proposes γ tokens, every target scores them in one forward, and the extra position's token is drawn
 * from r and committed: it follows r, because only targets take part in it. At γ = 0 the targets write alone.
 * @param maxUnread tokens that may be drawn before any of them is looked at
 */
export function speculativeSchedule(
  drafter: Drafter,
  targets: readonly Member[],
  controller: DraftLengthController,
  maxUnread: number,
): Schedule {
  const alone = sequentialSchedule(targets, maxUnread);
  return {
    *nextVerdict(room) {
      const { draftLengths } = controller;
      const limit = Math.min(draftLengths[proposerIndex(drafter.proposer, draftLengths)], room - 1);
      if (limit === 0) return yield* alone.nextVerdict(room);
      const heads = yield* drafter.draft(limit);
      yield { kind: 'score', members: targets, as: 'score' };
      return { heads, extra: 'draw-from-target' };
    },
  };
}
