import { modelDrafter } from '../drafters/model-drafter.ts';
import type { Ensemble, Schedule } from './schedule.ts';

/**
 * Fixed roles: the default proposer drafts, every other member scores once, its stored q stands in for its own
 * part of r. All accepted, the extra position belongs to no one: the members that scored hold a row there, but what
 * they would draw from it follows their own distribution, not r, so nothing is committed.
 * Source: Fu et al., section 3.2 ("Naive-CoS").
 */
export function naiveSchedule({ members, controller, defaultProposer }: Ensemble): Schedule {
  const drafter = modelDrafter(members[defaultProposer]);
  const scorers = members.filter(({ index }) => index !== defaultProposer);
  return {
    *nextVerdict(room) {
      const heads = yield* drafter.draft(Math.min(controller.draftLengths[defaultProposer], room));
      yield { kind: 'score', members: scorers, as: 'score' };
      return { heads, extra: 'leave' };
    },
  };
}
