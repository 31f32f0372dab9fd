import type { Member } from '../../round/member.ts';
import type { RoundSampler } from '../../round/round-sampler.ts';
import type { Schedule } from './schedule.ts';

/**
 * A weighted ensemble without combining anything: every token is drawn from one member, picked with its weight. The
 * law is Σ λ_k p^k as it is, for one forward a token; a member picked after a while first catches up with the text.
 */
export function mixtureSchedule(members: readonly Member[], sampler: RoundSampler): Schedule {
  return {
    async nextVerdict() {
      const picked = members[sampler.pickMember()];
      const lag = sampler.committedTokenIds.length - picked.textLength;
      await picked.score(lag > 1 ? 'catch-up' : 'score');
      return sampler.verify(0, { drawFromMember: picked.index });
    },
  };
}
