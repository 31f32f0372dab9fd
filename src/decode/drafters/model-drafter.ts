import type { Member } from '../../round/member.ts';
import { memberProposer } from '../../round/proposer.ts';
import type { Drafter } from './drafter.ts';

/** A member proposes token after token from its own distribution, one forward each, while its context has room. */
export function modelDrafter(member: Member): Drafter {
  return {
    proposer: memberProposer(member.index),
    *draft(limit) {
      const proposals = Math.min(Math.max(0, limit), member.draftRoom);
      for (let proposed = 0; proposed < proposals; proposed++) {
        yield { kind: 'score', members: [member], as: 'draft' };
        yield { kind: 'propose', member };
      }
      return proposals;
    },
  };
}
