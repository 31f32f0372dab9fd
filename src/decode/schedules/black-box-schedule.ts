import { modelDrafter } from '../drafters/model-drafter.ts';
import type { Ensemble, Schedule } from './schedule.ts';

/**
 * Speculative decoding with the whole combination as a black-box target: the default proposer drafts, then every
 * member, the proposer included, scores the draft, and the extra token is drawn from r and committed.
 * Source: Fu et al., section 3.1 (speculative decoding applied to collaborative decoding).
 */
export function blackBoxSchedule({ members, sampler, controller, defaultProposer }: Ensemble): Schedule {
  const proposer = members[defaultProposer];
  const drafter = modelDrafter(proposer);
  return {
    *nextVerdict(room) {
      const heads = yield* drafter.draft(Math.min(controller.draftLengths[defaultProposer], room - 1));
      // The target is a black box: what the proposer computed while drafting is no part of it.
      sampler.release(defaultProposer, 0);
      proposer.rollbackBefore(sampler.committedTokenIds.length);
      yield { kind: 'score', members, as: 'score' };
      return { heads, extra: 'draw-from-target' };
    },
  };
}
