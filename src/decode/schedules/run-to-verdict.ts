import type { RoundSampler, Verdict } from '../../round/round-sampler.ts';
import { scoreBatch } from '../../round/score-batch.ts';
import type { Schedule, Step } from './schedule.ts';

/** Runs a schedule up to and including its next verdict. */
export async function runToVerdict(
  schedule: Schedule,
  sampler: RoundSampler,
  room: number,
): Promise<Verdict> {
  const steps = schedule.nextVerdict(room);
  let next = steps.next();
  for (; !next.done; next = steps.next()) await runStep(next.value, sampler);
  return sampler.verify(next.value.heads, next.value.extra);
}

function runStep(step: Step, sampler: RoundSampler): Promise<void> | void {
  switch (step.kind) {
    case 'score':
      return scoreBatch(step.members, step.as);
    case 'propose':
      return sampler.propose(step.member.index);
    case 'lookup':
      return sampler.proposeTokens(step.found);
    case 'draw':
      return sampler.draw(step.law);
  }
}
