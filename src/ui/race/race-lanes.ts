import type { DecodeRequest } from '../../engine/decode-request.ts';
import type { DecodeResult } from '../../engine/engine-api.ts';

/** One of the ways to decode that run against each other. */
export interface Lane {
  readonly title: string;
  readonly request: DecodeRequest;
}

const coupled = { kind: 'coupled' } as const;

/**
 * The same request in several ways, the reference first: asking every model for every token. Under `coupled` all of
 * them write one text. Empty where only one way is to be had.
 */
export function lanesOf(request: DecodeRequest): readonly Lane[] {
  const { method } = request;
  switch (method.kind) {
    case 'plain':
      return [];
    case 'speculative':
      return [
        { title: 'Alone', request: { ...request, method: { kind: 'plain', model: method.target } } },
        {
          title: method.drafter.kind === 'ngram' ? 'With look-up' : 'With draft model',
          request: { ...request, method: { ...method, acceptance: coupled } },
        },
      ];
    case 'collaborative':
      return (
        [
          ['Sequential', 'sequential'],
          ['Black box', 'black-box'],
          ['Alternate (CoS)', 'alternate'],
        ] as const
      ).map(([title, schedule]) => ({
        title,
        request: { ...request, method: { ...method, schedule, acceptance: coupled } },
      }));
  }
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
  }));
}

/** All lanes wrote the same tokens. */
export function areOneText(results: readonly DecodeResult[]): boolean {
  return new Set(results.map(({ tokenIds }) => tokenIds.join())).size === 1;
}
