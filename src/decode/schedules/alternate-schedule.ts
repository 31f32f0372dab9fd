import type { Member } from '../../round/member.ts';
import { modelDrafter } from '../drafters/model-drafter.ts';
import type { Ensemble, Schedule } from './schedule.ts';

/**
 * CoS: the members take turns. Whoever has scored least scores everything pending and adds its bonus as the next
 * proposal; the head is judged as soon as every member has scored it. No forward is spent on verification alone.
 * Source: Fu et al., Algorithm 2; verdicts come before further drafts, which wastes fewer of them.
 */
export function alternateSchedule({ members, sampler, controller, defaultProposer }: Ensemble): Schedule {
  /** Drafts a member may still add after its verdict, in the next round. */
  let owed: { readonly member: Member; readonly count: number } | null = null;

  const drafters = members.map((member) => modelDrafter(member, sampler));

  /** No more is pending than can be committed. */
  const draft = (member: Member, count: number, room: number) =>
    drafters[member.index].draft(Math.min(count, room - sampler.pendingLength));

  return {
    async nextVerdict(room) {
      if (owed) await draft(owed.member, owed.count, room);
      owed = null;
      for (;;) {
        if (sampler.pendingLength === 0) {
          await draft(members[defaultProposer], controller.draftLengths[defaultProposer], room);
        }
        const scorer = minScored();
        await scorer.score('score');
        // The bonus: a proposal like any other, drawn from the scorer's own distribution and judged against r.
        if (sampler.pendingLength < room) await sampler.propose(scorer.index);
        const further = controller.draftLengths[scorer.index] - 1;
        const heads = scoredByAll();
        if (heads > 0) {
          const verdict = await sampler.verify(heads, 'leave');
          if (!verdict.rejected && further > 0) owed = { member: scorer, count: further };
          return verdict;
        }
        await draft(scorer, further, room);
      }
    },
  };

  /** The member with the fewest rows; lowest number on ties. */
  function minScored(): Member {
    return members.reduce((least, member) =>
      sampler.heldRows(member.index) < sampler.heldRows(least.index) ? member : least,
    );
  }

  function scoredByAll(): number {
    return Math.min(sampler.pendingLength, ...members.map(({ index }) => sampler.heldRows(index)));
  }
}
