import type { Member } from '../../round/member.ts';
import type { RoundSampler } from '../../round/round-sampler.ts';
import { scoreBatch } from '../../round/score-batch.ts';
import { drawWindow } from './draw-window.ts';
import type { Schedule } from './schedule.ts';

/**
 * Every target one token, combine, draw: the vanilla that everything is compared with. One target: plain.
 * @param maxUnread tokens that may be drawn before any of them is looked at
 */
export function sequentialSchedule(
  targets: readonly Member[],
  sampler: RoundSampler,
  maxUnread: number,
): Schedule {
  const windowOf = drawWindow(maxUnread);
  return {
    async nextVerdict(room) {
      const count = windowOf(room);
      for (let drawn = 0; drawn < count; drawn++) {
        await scoreBatch(targets);
        await sampler.draw('target');
      }
      return sampler.verify(count, 'leave');
    },
  };
}
