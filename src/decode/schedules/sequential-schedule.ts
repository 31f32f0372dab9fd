import type { Member } from '../../round/member.ts';
import type { RoundSampler } from '../../round/round-sampler.ts';
import type { Schedule } from './schedule.ts';

/** Every target one token, combine, draw: the vanilla that everything is compared with. One target: plain. */
export function sequentialSchedule(targets: readonly Member[], sampler: RoundSampler): Schedule {
  return {
    async nextVerdict() {
      for (const target of targets) await target.score('score');
      return sampler.verify(0, 'draw-from-target');
    },
  };
}
