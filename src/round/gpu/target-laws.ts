import { type SamplingParameters, untruncated } from '../../sample/sampling-parameters.ts';
import { targetsOf } from '../member-description.ts';
import type { DrawnLaw, SamplingPlan } from '../round-sampler.ts';
import type { CommandStream, Dispatch } from './command-stream.ts';
import { wide } from './command-stream.ts';
import { distributionDispatches, peakDispatches } from './distribution-dispatches.ts';
import type { Job, Mix } from './plan-section.ts';
import { drawLaw } from './sampler-layout.ts';

/** A draw's source: an entry of `drawLaw` and a slot. */
export interface DrawSource {
  readonly law: number;
  readonly slot: number;
}

/** What a section is made of, as far as laws that tokens are judged by or drawn from are concerned. */
export interface TargetLaws {
  readonly jobs: readonly Job[];
  readonly mixes: readonly Mix[];
  readonly weights: readonly number[];
  readonly dispatches: readonly Dispatch[];
  /** Slot of each law asked for. */
  readonly targetSlots: readonly number[];
  /** What a token of each of these laws is drawn from. */
  readonly sources: readonly DrawSource[];
}

/** One law that is needed: behind `offset` pending tokens. */
export interface LawAt {
  readonly offset: number;
  readonly law: DrawnLaw;
}

/** Where the rows lie that laws are made of. */
export interface PendingRows {
  /** Slot of a member's logits row behind `offset` pending tokens. */
  readonly rowSlot: (member: number, offset: number) => number;
  /** Slot of q of the pending token at `offset` where `member` drew it; its part of a weighted r is the same. */
  readonly ownSlot: (member: number, offset: number) => number | null;
}

/**
 * Plans laws at several positions at once: of a verdict, how many of them will be looked at is not known yet. Combined
 * logits are recorded right away, in a section of their own. Twin: CpuSampler's `#combined` and the files of combine/.
 * @param takeSlot hands out a slot; the caller frees it
 */
export function planTargets(
  plan: Pick<SamplingPlan, 'sampling' | 'members' | 'combine' | 'vocabSize' | 'logprobs'>,
  stream: CommandStream,
  wanted: readonly LawAt[],
  { rowSlot, ownSlot }: PendingRows,
  takeSlot: () => number,
): TargetLaws {
  const { sampling, members, combine, vocabSize } = plan;
  const targets = targetsOf(members);
  const { rule } = combine;
  if (!rule) throw new Error(`A ${combine.kind} combination cannot be formed on the GPU`);
  const isGreedy = sampling.temperature === 0;
  const jobs: Job[] = [];
  const mixes: Mix[] = [];
  const logitMixes: Mix[] = [];
  const targetSlots: number[] = [];
  const sources: DrawSource[] = [];

  const addJob = (logitsSlot: number, own: SamplingParameters): number => {
    const weightsSlot = takeSlot();
    jobs.push({ logitsSlot, weightsSlot, sampling: isGreedy ? untruncated : own });
    return weightsSlot;
  };
  /** A row's own law: at temperature 0 the largest of the logits, which the weights could not tell better. */
  const addLaw = (logitsSlot: number, own: SamplingParameters) => {
    const slot = addJob(logitsSlot, own);
    targetSlots.push(slot);
    sources.push(isGreedy ? { law: drawLaw.largestLogit, slot: logitsSlot } : { law: drawLaw.weights, slot });
  };
  const memberWeights = (member: number, offset: number): number =>
    (isGreedy ? null : ownSlot(member, offset)) ?? addJob(rowSlot(member, offset), members[member].sampling);

  for (const { offset, law } of wanted) {
    if (law !== 'target') {
      addLaw(rowSlot(law.member, offset), members[law.member].sampling);
    } else if (rule.space === 'logits') {
      const combinedSlot = takeSlot();
      const slots = targets.map((member, term) =>
        rule.weights[term] === 0 ? null : rowSlot(member, offset),
      );
      logitMixes.push({ combinedSlot, slots });
      addLaw(combinedSlot, sampling);
    } else if (targets.length === 1) {
      const [target] = targets;
      const reused = isGreedy ? null : ownSlot(target, offset);
      if (reused === null) addLaw(rowSlot(target, offset), members[target].sampling);
      else {
        targetSlots.push(reused);
        sources.push({ law: drawLaw.weights, slot: reused });
      }
    } else {
      const slots = targets.map((member, term) =>
        rule.weights[term] === 0 ? null : memberWeights(member, offset),
      );
      const combinedSlot = takeSlot();
      mixes.push({ combinedSlot, slots });
      targetSlots.push(combinedSlot);
      sources.push({ law: isGreedy ? drawLaw.largestWeight : drawLaw.weights, slot: combinedSlot });
    }
  }
  if (rule.space === 'logits' && logitMixes.length > 0) {
    const { weights, plausibility } = rule;
    // The mask compares with the expert's largest logit, which is found under the slot that the mix will fill.
    const experts: Job[] =
      plausibility > 0
        ? logitMixes.map(({ combinedSlot, slots }) => ({
            logitsSlot: slots[0]!,
            weightsSlot: combinedSlot,
            sampling: untruncated,
          }))
        : [];
    stream.run({ position: 0, textIndex: 0, jobs: experts, mixes: logitMixes, weights, plausibility }, [
      ...peakDispatches(experts),
      wide('combineLogits', logitMixes.length),
    ]);
  }
  // At temperature 0 weights are formed only where probabilities are to be mixed, or told.
  const dispatches =
    isGreedy && mixes.length === 0 && plan.logprobs === undefined
      ? peakDispatches(jobs)
      : distributionDispatches(jobs, mixes.length, vocabSize);
  const weights = rule.space === 'probabilities' ? rule.weights : [];
  return { jobs, mixes, weights, dispatches, targetSlots, sources };
}
