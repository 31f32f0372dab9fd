import type { Member } from '../../round/member.ts';
import { drawWindow } from './draw-window.ts';
import type { Schedule } from './schedule.ts';

/**
 * Every target one token, combine, draw: the vanilla that everything is compared with. One target: plain.
 * @param maxUnread tokens that may be drawn before any of them is looked at
 */
export function sequentialSchedule(targets: readonly Member[], maxUnread: number): Schedule {
  const windowOf = drawWindow(maxUnread);
  return {
    *nextVerdict(room) {
      const heads = windowOf(room);
      for (let drawn = 0; drawn < heads; drawn++) {
        yield { kind: 'score', members: targets, as: 'score' };
        yield { kind: 'draw', law: 'target' };
      }
      return { heads, extra: 'leave' };
    },
  };
}
