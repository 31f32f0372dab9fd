import type { LogitAdjustment } from '../../sample/logit-adjustment.ts';
import type { SamplingParameters } from '../../sample/sampling-parameters.ts';
import { layout, none } from './sampler-layout.ts';

/** One logits row to be turned into weights. */
export interface Job {
  readonly logitsSlot: number;
  readonly weightsSlot: number;
  /** Temperature above 0. */
  readonly sampling: SamplingParameters;
}

export interface Draw {
  /** An entry of `drawLaw`. */
  readonly law: number;
  readonly slot: number;
  readonly position: number;
  readonly purposeCode: number;
  /** Index in the text that receives the token; null for none. */
  readonly textIndex: number | null;
}

export interface Mix {
  readonly combinedSlot: number;
  /** [terms]; null for a member without weight */
  readonly slots: readonly (number | null)[];
}

/** Rows of one member's logits that are to be adjusted. */
export interface RowsToAdjust {
  readonly adjustment: LogitAdjustment;
  readonly rows: readonly {
    readonly slot: number;
    /** Length of the text before it: the tokens that penalties are for. */
    readonly textEnd: number;
  }[];
}

/** The likeliest tokens of one law. */
export interface List {
  /** Slot of the law's weights. */
  readonly lawSlot: number;
  /** Words of the rows' buffer: the first of a row of scratch space, where the ids are left; and of the probabilities. */
  readonly idsAt: number;
  readonly probabilitiesAt: number;
}

/** What the kernels of one stretch of dispatches are told; absent parts are empty. */
export interface PlanSection {
  /** Position in the first member's sequence, and index in the text, of the first pending token. */
  readonly position: number;
  readonly textIndex: number;
  readonly jobs?: readonly Job[];
  readonly draws?: readonly Draw[];
  readonly mixes?: readonly Mix[];
  /** [terms] of every mix. */
  readonly weights?: readonly number[];
  /** Of combined logits; 0 for no mask. */
  readonly plausibility?: number;
  readonly verdict?: VerdictSection;
  readonly adjusted?: RowsToAdjust;
  readonly lists?: readonly List[];
  /** Tokens of every list, `layout.maxListed` at most. */
  readonly listLength?: number;
}

export interface VerdictSection {
  readonly heads: number;
  readonly drawsExtra: boolean;
  readonly isGreedy: boolean;
  /** An entry of `criterionCode`. */
  readonly criterion: number;
  readonly leniency: number;
  readonly epsilon: number;
  readonly delta: number;
  /** Slot of what each pending token was drawn from; null for one that was looked up. */
  readonly proposalSlots: readonly (number | null)[];
  /** Slot of r at each head, null where nobody proposed it; and of the law of the extra position where there is one. */
  readonly targetSlots: readonly (number | null)[];
  /** Tokens that end a text. */
  readonly endTokenIds: readonly number[];
}

/** Constant facts of a sampler that every section repeats. */
export interface PlanConstants {
  readonly vocabSize: number;
  readonly keyLow: number;
  readonly keyHigh: number;
}

export const tileCount = (vocabSize: number): number => Math.ceil(vocabSize / layout.tileTokens);

export function isTruncated({ topP, minP, topK }: SamplingParameters, vocabSize: number): boolean {
  return topKOf(topK, vocabSize) > 0 || topP < 1 || minP > 0;
}

/** Stages of the radix selection that the jobs need together: four for top-k, four for top-p. */
export function selectionStages(jobs: readonly Job[], vocabSize: number): number {
  const stages = jobs.map(
    ({ sampling }) => (topKOf(sampling.topK, vocabSize) > 0 ? 4 : 0) + (sampling.topP < 1 ? 4 : 0),
  );
  return Math.max(0, ...stages);
}

const topKOf = (topK: number, vocabSize: number): number => (topK < vocabSize ? topK : 0);

const adjustmentLength = (adjusted: RowsToAdjust | undefined): number =>
  adjusted ? layout.adjustmentWords + 2 * (adjusted.rows.length + adjusted.adjustment.bias.size) : 0;

const largestFloat = 3.4e38;
/** Below exp(-87) f32 has no normal numbers; double precision would still count e-38. */
const farthestExponent = 87;

/** Writes a section in the order of `Plan` in declarations.wgsl. @returns [words] for the plan buffer */
export function writePlan(section: PlanSection, constants: PlanConstants): Uint32Array<ArrayBuffer> {
  const { vocabSize } = constants;
  const { jobs = [], draws = [], mixes = [], weights = [], plausibility = 0, verdict, adjusted } = section;
  const { lists = [], listLength = 0 } = section;
  const proposals = verdict?.proposalSlots ?? [];
  const targets = verdict?.targetSlots ?? [];
  const ends = verdict?.endTokenIds ?? [];
  const drawsAt = jobs.length * layout.jobWords;
  const weightsAt = drawsAt + draws.length * layout.drawWords;
  const mixesAt = weightsAt + weights.length;
  const proposalsAt = mixesAt + mixes.length * (weights.length + 1);
  const targetsAt = proposalsAt + proposals.length;
  const endsAt = targetsAt + targets.length;
  const adjustmentAt = endsAt + ends.length;
  const listsAt = adjustmentAt + adjustmentLength(adjusted);
  const words = new Uint32Array(layout.planHeaderWords + listsAt + lists.length * layout.listWords);
  const floats = new Float32Array(words.buffer);
  let at = 0;
  const word = (value: number) => {
    words[at++] = value;
  };
  const float = (value: number) => {
    floats[at++] = Math.max(-largestFloat, Math.min(value, largestFloat));
  };

  word(vocabSize);
  word(tileCount(vocabSize));
  word(constants.keyLow);
  word(constants.keyHigh);
  word(section.position);
  word(section.textIndex);
  word(verdict?.heads ?? 0);
  word(proposals.length);
  word(verdict?.criterion ?? 0);
  word(verdict?.isGreedy ? 1 : 0);
  word(verdict?.drawsExtra ? 1 : 0);
  float(verdict?.leniency ?? 1);
  float(verdict?.epsilon ?? 0);
  float(verdict?.delta ?? 0);
  word(weights.length);
  word(weightsAt);
  float(Math.log(plausibility));
  word(plausibility > 0 ? 1 : 0);
  word(jobs.length);
  word(drawsAt);
  word(mixesAt);
  word(mixes.length);
  word(proposalsAt);
  word(targetsAt);
  word(endsAt);
  word(ends.length);
  word(adjustmentAt);
  word(listsAt);
  word(listLength);

  for (const { logitsSlot, weightsSlot, sampling } of jobs) {
    const { temperature, topK, topP, minP } = sampling;
    word(logitsSlot);
    word(weightsSlot);
    float(1 / temperature);
    float(farthestExponent * temperature);
    word(topKOf(topK, vocabSize));
    word(topP < 1 ? Math.max(1, Math.floor(topP * 2 ** 32)) : 0);
    float(minP);
    word(isTruncated(sampling, vocabSize) ? 1 : 0);
  }
  for (const { law, slot, position, purposeCode, textIndex } of draws) {
    word(law);
    word(slot);
    word(position);
    word(purposeCode);
    word(textIndex ?? none);
  }
  for (const weight of weights) float(weight);
  for (const { combinedSlot, slots } of mixes) {
    word(combinedSlot);
    for (const slot of slots) word(slot ?? none);
  }
  for (const slot of proposals) word(slot ?? none);
  for (const slot of targets) word(slot ?? none);
  for (const id of ends) word(id);
  if (adjusted) {
    const { adjustment, rows } = adjusted;
    float(adjustment.frequencyPenalty);
    float(adjustment.presencePenalty);
    word(adjustmentAt + layout.adjustmentWords + 2 * rows.length);
    word(adjustment.bias.size);
    for (const { slot, textEnd } of rows) {
      word(slot);
      word(textEnd);
    }
    for (const [id, bias] of adjustment.bias) {
      word(id);
      float(bias);
    }
  }
  for (const { lawSlot, idsAt, probabilitiesAt } of lists) {
    word(lawSlot);
    word(idsAt);
    word(probabilitiesAt);
  }
  return words;
}
