import type { Member } from '../../round/member.ts';
import { memberProposer } from '../../round/proposer.ts';
import type { RoundSampler } from '../../round/round-sampler.ts';
import type { Drafter } from './drafter.ts';

/** A member proposes token after token from its own distribution, one forward each, while its context has room. */
export function modelDrafter(member: Member, sampler: RoundSampler): Drafter {
  return {
    proposer: memberProposer(member.index),
    async draft(limit) {
      const proposals = Math.min(Math.max(0, limit), member.draftRoom);
      for (let proposed = 0; proposed < proposals; proposed++) {
        await member.score('draft');
        await sampler.propose(member.index);
      }
      return proposals;
    },
  };
}
