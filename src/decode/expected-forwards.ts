import type { Sequence } from '../models/causal-model.ts';
import { Member } from '../round/member.ts';
import { RoundRecorder } from '../round/round-recorder.ts';
import { CountingSampler } from './counting-sampler.ts';
import { fixedDraftLengths } from './draft-length-controller.ts';
import type { Schedule } from './schedules/schedule.ts';
import { type VerifyingScheduleKind, verifyingSchedules } from './schedules/verifying-schedules.ts';

export interface ForwardsPlan {
  readonly schedule: VerifyingScheduleKind;
  /** γ_i [members], at least 1 for those that propose. */
  readonly draftLengths: readonly number[];
  readonly defaultProposer: number;
  /** α of the proposals of each member [members], 0..1. */
  readonly acceptanceRates: readonly number[];
}

/** How many forwards of which width a number of tokens takes. Both are means, so neither need be whole. */
export interface ForwardTally {
  readonly tokens: number;
  /** counts[member][k]: forwards of that member over k tokens. */
  readonly counts: readonly (readonly number[])[];
}

/** Paths that were walked before, by whoever predicts often. They depend on no acceptance rate. */
export type AcceptedPaths = Map<string, AcceptedPath>;

/** A cycle still going on after so many tokens, with every α near 1, is cut off there, which costs about 1e-4. */
const maxTokens = 10_000;

/**
 * The forwards of one cycle of a schedule, from a restart to the next rejection, if a proposal of member i is accepted
 * with probability α_i, whatever came before.
 *
 * A rejection leaves every schedule where the prefill left it: nothing pending, no row held, and every cache valid up
 * to the token before the last. So a decode consists of independent cycles, and within one everything is accepted until
 * the end: the schedule takes one path, and each forward on it counts with the chance of getting there. No random
 * number is drawn, so the means are exact.
 * @param negligible chance of getting so far below which the rest of the cycle does not count; about the relative error
 *   that this makes
 */
export function expectedForwards(
  plan: ForwardsPlan,
  negligible = 1e-12,
  paths: AcceptedPaths = new Map(),
): ForwardTally {
  const { schedule, draftLengths, defaultProposer, acceptanceRates } = plan;
  const key = `${schedule} ${defaultProposer} ${draftLengths}`;
  const path = paths.get(key) ?? new AcceptedPath(plan);
  paths.set(key, path);
  const counts = draftLengths.map((): number[] => []);
  let tokens = 0;
  let committed = 1;
  /** That no proposal so far was rejected. */
  let chance = 1;
  for (let index = 0; chance > negligible && committed < maxTokens; index++) {
    const { forwards, proposers } = path.round(index);
    for (const { member, width } of forwards) {
      const byWidth = counts[member];
      while (byWidth.length <= width) byWidth.push(0);
      byWidth[width] += chance;
    }
    for (const proposer of proposers) {
      tokens += chance;
      if (proposer !== null) chance *= acceptanceRates[proposer];
    }
    committed += proposers.length;
  }
  return { tokens, counts };
}

interface AcceptedRound {
  readonly forwards: readonly { readonly member: number; readonly width: number }[];
  /** Of each token that is committed; null for one that nobody proposed. */
  readonly proposers: readonly (number | null)[];
}

/** The rounds of a real schedule while every proposal is accepted. They are walked once, as far as anybody asks. */
class AcceptedPath {
  readonly #rounds: AcceptedRound[] = [];
  readonly #sampler: CountingSampler;
  readonly #caches: readonly CountedCache[];
  readonly #schedule: Schedule;

  constructor({ schedule, draftLengths, defaultProposer }: Omit<ForwardsPlan, 'acceptanceRates'>) {
    const gamma = draftLengths[defaultProposer];
    if (!(gamma >= 1)) {
      throw new RangeError(
        `forwards of ${schedule}: draft length ${gamma} of the default proposer, not >= 1`,
      );
    }
    const sampler = new CountingSampler(draftLengths.length);
    const recorder = new RoundRecorder(() => 0);
    this.#sampler = sampler;
    this.#caches = draftLengths.map(() => new CountedCache());
    const members = this.#caches.map(
      (sequence, index) =>
        new Member(
          { index, promptTokenIds: [], contextLength: Number.POSITIVE_INFINITY, isTarget: true },
          sequence,
          sampler,
          recorder,
        ),
    );
    const controller = fixedDraftLengths(draftLengths);
    this.#schedule = verifyingSchedules[schedule]({ members, sampler, controller, defaultProposer });
  }

  round(index: number): AcceptedRound {
    while (this.#rounds.length <= index) this.#rounds.push(this.#walkRound());
    return this.#rounds[index];
  }

  #walkRound(): AcceptedRound {
    const forwards: { member: number; width: number }[] = [];
    const steps = this.#schedule.nextVerdict(Number.POSITIVE_INFINITY);
    let next = steps.next();
    for (; !next.done; next = steps.next()) {
      const step = next.value;
      if (step.kind === 'propose') this.#sampler.propose(step.member.index);
      else if (step.kind === 'score') {
        for (const member of step.members) {
          const due = member.pendingForward;
          if (!due) continue;
          forwards.push({ member: member.index, width: due.run.length });
          this.#caches[member.index].kvLength += due.run.length;
          this.#sampler.hold(member.index, null, due.missingRows);
        }
      }
    }
    return { forwards, proposers: this.#sampler.verify(next.value) };
  }
}

class CountedCache implements Sequence {
  kvLength = 0;

  forward(): never {
    throw new Error('A forward that is only counted was run.');
  }

  rollback(length: number): void {
    this.kvLength = length;
  }

  dispose(): void {}
}
