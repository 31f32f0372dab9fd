import type { Member } from '../../round/member.ts';
import type { RoundSampler } from '../../round/round-sampler.ts';
import { drawWindow } from './draw-window.ts';
import type { Schedule } from './schedule.ts';

/**
 * A weighted ensemble without combining anything: every token is drawn from one member, picked with its weight. The
 * law is Σ λ_k p^k as it is, for one forward a token; a member picked after a while first catches up with the text.
 * @param maxUnread tokens that may be drawn before any of them is looked at
 */
export function mixtureSchedule(
  members: readonly Member[],
  sampler: RoundSampler,
  maxUnread: number,
): Schedule {
  const windowOf = drawWindow(maxUnread);
  return {
    *nextVerdict(room) {
      const heads = windowOf(room);
      for (let drawn = 0; drawn < heads; drawn++) {
        const picked = members[sampler.pickMember()];
        const lag = sampler.committedTokenIds.length + sampler.pendingLength - picked.textLength;
        yield { kind: 'score', members: [picked], as: lag > 1 ? 'catch-up' : 'score' };
        yield { kind: 'draw', law: { member: picked.index } };
      }
      return { heads, extra: 'leave' };
    },
  };
}
