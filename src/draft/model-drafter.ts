import type { Member } from '../round/member.ts';
import type { RoundSampler } from '../round/round-sampler.ts';
import type { Drafter } from './drafter.ts';

/** A member proposes token after token from its own distribution: one forward each. */
export function modelDrafter(member: Member, sampler: RoundSampler): Drafter {
  return {
    proposer: member.index,
    async draft(limit) {
      for (let proposed = 0; proposed < limit; proposed++) {
        await member.score('draft');
        await sampler.propose(member.index);
      }
      return Math.max(0, limit);
    },
  };
}
