import type { Member } from '../../round/member.ts';
import { modelDrafter } from '../drafters/model-drafter.ts';
import type { Ensemble, Schedule, Steps } from './schedule.ts';

/**
 * CoS: the members take turns. Whoever has scored least scores everything pending and adds its bonus as the next
 * proposal; the head is judged as soon as every member has scored it. No forward is spent on verification alone.
 * Source: Fu et al., Algorithm 2; verdicts come before further drafts, which wastes fewer of them.
 */
export function alternateSchedule({ members, sampler, controller, defaultProposer }: Ensemble): Schedule {
  /** Drafts that a member may add to its bonus in the next round, unless the verdict between discards the bonus. */
  let owed: { readonly member: Member; readonly count: number } | null = null;

  const drafters = members.map((member) => modelDrafter(member));

  /** No more is pending than can be committed. */
  const draft = (member: Member, count: number, room: number): Steps<number> =>
    drafters[member.index].draft(Math.min(count, room - sampler.pendingLength));

  return {
    *nextVerdict(room) {
      if (owed && sampler.pendingLength > 0) yield* draft(owed.member, owed.count, room);
      owed = null;
      for (;;) {
        if (sampler.pendingLength === 0) {
          yield* draft(members[defaultProposer], controller.draftLengths[defaultProposer], room);
        }
        const scorer = minScored();
        yield { kind: 'score', members: [scorer], as: 'score' };
        // The bonus: a proposal like any other, drawn from the scorer's own distribution and judged against r.
        if (sampler.pendingLength < room) yield { kind: 'propose', member: scorer };
        const further = controller.draftLengths[scorer.index] - 1;
        const heads = scoredByAll();
        if (heads > 0) {
          owed = { member: scorer, count: further };
          return { heads, extra: 'leave' };
        }
        yield* draft(scorer, further, room);
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
