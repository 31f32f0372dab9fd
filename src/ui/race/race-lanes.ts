import type { DecodeResult } from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';

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
  /** Time of the first lane ÷ its time. */
  readonly speedUp: number;
  /** Null for the reference. */
  readonly predicted: number | null;
  /** Without prefill, of all members. */
  readonly forwards: number;
  /** How many fewer than the first lane; below 0 where it takes more. */
  readonly forwardsSaved: number;
  /** 1 for the lane that was there first. */
  readonly place: number;
}

export function outcomesOf(results: readonly DecodeResult[]): readonly LaneOutcome[] {
  const forwardsOf = ({ rounds }: DecodeResult): number =>
    rounds.flatMap(({ forwards }) => forwards).filter(({ kind }) => kind !== 'prefill').length;
  const msOf = ({ rounds }: DecodeResult): number => rounds.at(-1)?.atMs ?? 0;
  const [first] = results;
  return results.map((result) => ({
    ms: msOf(result),
    tokensPerSecond: result.stats.tokensPerSecond,
    speedUp: msOf(first) / msOf(result),
    predicted: result.stats.speedUp?.predicted ?? null,
    forwards: forwardsOf(result),
    forwardsSaved: forwardsOf(first) - forwardsOf(result),
    place: 1 + results.filter((other) => msOf(other) < msOf(result)).length,
  }));
}

/** All lanes wrote the same tokens. */
export function areOneText(results: readonly DecodeResult[]): boolean {
  return new Set(results.map(({ tokenIds }) => tokenIds.join())).size === 1;
}
