import { type Dispatch, narrow, wide } from './command-stream.ts';
import { isTruncated, type Job, selectionStages } from './plan-section.ts';

/**
 * Logits rows -> weights: largest, exponentials, truncation. `mixes` combine the weights afterwards.
 * Top-k and top-p take four stages of a radix selection each, whatever the vocabulary.
 */
export function distributionDispatches(jobs: readonly Job[], mixes: number, vocabSize: number): Dispatch[] {
  const dispatches = [
    narrow('reset', jobs.length + mixes),
    wide('peak', jobs.length),
    wide('weigh', jobs.length),
  ];
  for (let stage = 0; stage < selectionStages(jobs, vocabSize); stage++) {
    dispatches.push(wide('countBins', jobs.length), narrow('chooseBin', jobs.length));
  }
  if (jobs.some(({ sampling }) => sampling.topP < 1)) dispatches.push(narrow('limitTies', jobs.length));
  if (jobs.some(({ sampling }) => isTruncated(sampling, vocabSize))) {
    dispatches.push(wide('truncate', jobs.length));
  }
  dispatches.push(wide('combineWeights', mixes));
  return dispatches;
}

/** Only the largest logit, and whether the row is one at all: what temperature 0 needs to know. */
export function peakDispatches(jobs: readonly Job[]): Dispatch[] {
  return [narrow('reset', jobs.length), wide('peak', jobs.length)];
}
