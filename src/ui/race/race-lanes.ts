import type { DecodeResult } from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import { msPerTokenOf } from '../../speed/measure-pairs.ts';
import {
  hasEnoughPairs,
  type MeasuredSpeedUp,
  measuredSpeedUp,
  minPairs,
  type SpeedPair,
} from '../../speed/speed-up.ts';
import { factorText, spreadText } from '../../speed/speed-words.ts';

/** One of the ways to decode that run against each other. */
export interface Lane {
  readonly kind: string;
  readonly title: string;
  readonly request: DecodeRequest;
}

const coupled = { kind: 'coupled' } as const;

/** Ways that run where the reader has chosen none. */
const usualKinds: readonly string[] = ['black-box', 'alternate', 'model', 'ngram'];

/**
 * The same request in every way there is for it, the reference first: asking every model for every token. Under
 * `coupled` all of them write one text. Empty where only one way is to be had.
 */
export function waysOf(request: DecodeRequest): readonly Lane[] {
  const { method } = request;
  switch (method.kind) {
    case 'plain':
      return [];
    case 'speculative': {
      const { drafter } = method;
      return [
        {
          kind: 'alone',
          title: 'Alone',
          request: { ...request, method: { kind: 'plain', model: method.target } },
        },
        {
          kind: drafter.kind,
          title: drafter.kind === 'ngram' ? 'With look-up' : 'With draft model',
          request: { ...request, method: { ...method, acceptance: coupled } },
        },
      ];
    }
    case 'collaborative':
      return (
        [
          ['Sequential', 'sequential'],
          ['Naive', 'naive'],
          ['Black box', 'black-box'],
          ['Alternate (CoS)', 'alternate'],
        ] as const
      ).map(([title, schedule]) => ({
        kind: schedule,
        title,
        request: { ...request, method: { ...method, schedule, acceptance: coupled } },
      }));
  }
}

/** The reference, and the ways that the reader has chosen. */
export function lanesOf(request: DecodeRequest, kinds: readonly string[] = usualKinds): readonly Lane[] {
  return waysOf(request).filter(({ kind }, index) => index === 0 || kinds.includes(kind));
}

/** What a lane came to, beside the first one. */
export interface LaneOutcome {
  /** From the start of its request to its last token. */
  readonly ms: number;
  readonly tokensPerSecond: number | null;
  /** Against the first lane: over its own run, and the pairs that were run again. Null for the first lane. */
  readonly speedUp: MeasuredSpeedUp | null;
  /** Null for the reference. */
  readonly predicted: number | null;
  /** Without prefill, of all members. */
  readonly forwards: number;
  /** How many fewer than the first lane; below 0 where it takes more. */
  readonly forwardsSaved: number;
  /** 1 for the lane that was there first. */
  readonly place: number;
}

const msOf = ({ rounds }: DecodeResult): number => rounds.at(-1)?.atMs ?? 0;

/** The fastest lane beside the reference: the one whose speed is worth more than one run. Null without one. */
export function rivalOf(results: readonly DecodeResult[]): number | null {
  const [, ...others] = results.keys();
  if (others.length === 0) return null;
  return others.reduce((one, other) => (msOf(results[other]) < msOf(results[one]) ? other : one));
}

/** @param rerun pairs of the reference and `rivalOf`, run again after the race */
export function outcomesOf(
  results: readonly DecodeResult[],
  rerun: readonly SpeedPair[],
): readonly LaneOutcome[] {
  const forwardsOf = ({ rounds }: DecodeResult): number =>
    rounds.flatMap(({ forwards }) => forwards).filter(({ kind }) => kind !== 'prefill').length;
  const [first] = results;
  const rival = rivalOf(results);
  const pairsOf = (index: number): readonly SpeedPair[] => {
    const [referenceMs, methodMs] = [first, results[index]].map(({ rounds }) => msPerTokenOf(rounds));
    const own = index > 0 && methodMs !== null && referenceMs !== null ? [{ methodMs, referenceMs }] : [];
    return index === rival ? [...own, ...rerun] : own;
  };
  return results.map((result, index) => ({
    ms: msOf(result),
    tokensPerSecond: result.stats.tokensPerSecond,
    speedUp: measuredSpeedUp(pairsOf(index)),
    predicted: result.stats.speedUp?.predicted ?? null,
    forwards: forwardsOf(result),
    forwardsSaved: forwardsOf(first) - forwardsOf(result),
    place: 1 + results.filter((other) => msOf(other) < msOf(result)).length,
  }));
}

/** Who won, as far as the pairs of reference and rival say. */
export interface RaceVerdict {
  /** Index of the lane; null where nobody is clearly faster. */
  readonly winner: number | null;
  /** A sentence, without the winner it begins with. */
  readonly words: string;
}

export function raceVerdict(
  lanes: readonly Lane[],
  outcomes: readonly LaneOutcome[],
  rival: number,
): RaceVerdict {
  const [reference, other] = [lanes[0].title, lanes[rival].title];
  const { speedUp } = outcomes[rival];
  const pairs = speedUp?.pairs ?? 0;
  if (!hasEnoughPairs(speedUp)) {
    return { winner: null, words: `Only ${pairs} of ${minPairs} comparisons ran: too few to name a winner.` };
  }
  const factor = factorText(speedUp.median);
  const spread = spreadText(speedUp);
  switch (speedUp.outcome) {
    case 'faster':
      return { winner: rival, words: `won: ${factor} the speed of ${reference} (${spread}).` };
    case 'slower':
      return { winner: 0, words: `won: ${other} had ${factor} its speed (${spread}).` };
    case 'open':
      return {
        winner: null,
        words: `${reference} and ${other} are about equally fast here: ${factor} (${spread}).`,
      };
  }
}

/** All lanes wrote the same tokens. */
export function areOneText(results: readonly DecodeResult[]): boolean {
  return new Set(results.map(({ tokenIds }) => tokenIds.join())).size === 1;
}
