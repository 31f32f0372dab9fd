import type { Candidates } from '../decode/candidates.ts';
import type { ProposalPlace } from '../engine/candidates-query.ts';
import type { DecodeResult } from '../engine/engine-api.ts';
import type { RecordedRequest } from '../engine/request-types.ts';
import type { BackendKind } from '../models/causal-model.ts';
import type { Round } from '../round/round.ts';

/*
 * A trace is a recorded run: what was asked of which models, every round, the candidates that somebody looked at, and
 * the result. Its file is JSON Lines; docs/trace.md describes each field.
 */

export const traceFormat = 'antiphon-trace';

/**
 * Minor versions add fields and kinds of lines, which older readers leave out. Everything else is a major version,
 * which older readers refuse.
 */
export const traceVersion = { major: 2, minor: 2 } as const;

/** Major versions that the reader knows. In 1 a proposer was a number: the look-up's was the number of members. */
export const readableMajors: readonly number[] = [1, traceVersion.major];

/** A member as it took part. */
export interface TraceMember {
  /** Name of its model in the request. */
  readonly model: string;
  /** What to call it on a page. */
  readonly label: string;
  /** Of the model's weights, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** What ran: the first line of a recording. */
export interface TraceHeader {
  /** Version of the engine that ran. */
  readonly engineVersion: string;
  /** When the recording began, ISO 8601 in UTC. */
  readonly createdAt: string;
  /** Of the first member. */
  readonly backend: BackendKind;
  /** As it was asked, defaults filled in; what the engine chose stands in the result's. */
  readonly request: RecordedRequest;
  /** In the order of their numbers in the rounds. A lookup is not a member. */
  readonly members: readonly TraceMember[];
}

/** What `engine.candidates()` answered about a proposal. */
export interface TraceCandidates extends ProposalPlace {
  readonly candidates: Candidates;
}

/** A recorded run. */
export interface Trace {
  readonly header: TraceHeader;
  readonly rounds: readonly Round[];
  readonly candidates: readonly TraceCandidates[];
  /** null where the recording was interrupted. */
  readonly result: DecodeResult | null;
}

/** The latest answer recorded about a proposal; null where nobody asked. */
export function recordedCandidates(
  { candidates }: Pick<Trace, 'candidates'>,
  { round, proposal }: ProposalPlace,
): Candidates | null {
  const found = candidates.findLast((other) => other.round === round && other.proposal === proposal);
  return found?.candidates ?? null;
}
