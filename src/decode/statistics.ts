import { isSameProposer, memberProposer, type Proposer, proposerIndex } from '../round/proposer.ts';
import type { Forward, Phase, Proposal, Round } from '../round/round.ts';

/** Verdicts on proposals; discarded ones had none. */
export interface VerdictCounts {
  readonly accepted: number;
  readonly rejected: number;
  /** accepted ÷ (accepted + rejected); null without verdicts. */
  readonly acceptanceRate: number | null;
}

/** Forwards of one member over the same number of tokens. */
export interface ForwardsByWidth {
  readonly tokens: number;
  readonly count: number;
  readonly medianMs: number;
}

/** One proposer's part in a decode. */
export interface ProposerStatistics extends VerdictCounts {
  readonly proposer: Proposer;
  /** null for a look-up. */
  readonly modelId: string | null;
  /** Mean γ asked of it over the rounds after the prefill; null without such rounds. */
  readonly meanDraftLength: number | null;
  /** Tokens it proposed, discarded ones included. */
  readonly proposals: number;
  /** 0 for a look-up. */
  readonly forwards: number;
  /** Prefill left out; ascending in tokens. */
  readonly forwardsByWidth: readonly ForwardsByWidth[];
}

/** One member's proposals as another scored them, over the rounds in which it scored and some of them were judged. */
export interface PairStatistics extends VerdictCounts {
  readonly proposer: Proposer;
  /** Number of the member. */
  readonly verifier: number;
  /** The proposer's in those rounds, discarded ones included. */
  readonly proposals: number;
  /** The verifier's scores in those rounds. */
  readonly forwards: number;
  /** The same by tokens fed, ascending. */
  readonly forwardsByWidth: readonly ForwardsByWidth[];
}

/** Numbers of a whole decode; each is defined beside its formula in `summarize`. */
export interface DecodeStatistics {
  readonly tokens: number;
  /** Tokens after the first ÷ time after the first; null with fewer than two. */
  readonly tokensPerSecond: number | null;
  /** From the start of the request's turn to the first verdict; null without one. */
  readonly timeToFirstTokenMs: number | null;
  /** accepted ÷ (accepted + rejected) over all proposers; null without verdicts. */
  readonly acceptanceRate: number | null;
  /** Committed tokens ÷ rounds, the prefill round left out; null without such rounds. */
  readonly tokensPerRound: number | null;
  readonly forwards: readonly { readonly member: number; readonly modelId: string; readonly count: number }[];
  /** One entry for each member, and one for a look-up that proposed something. */
  readonly members: readonly ProposerStatistics[];
  readonly pairs: readonly PairStatistics[];
  /** Mean and largest deviation from r over the verified positions of a lossy criterion; null otherwise. */
  readonly deviation: { readonly mean: number; readonly max: number } | null;
  /** mapAsync calls of the request, ORT's own included, loading excluded. */
  readonly readbacks: number;
  readonly msByPhase: Readonly<Record<Phase, number>>;
  /** GPU buffers alive when the request ended. */
  readonly liveGpuBuffers: number;
}

/** @param modelIds model of each member */
export function summarize(
  rounds: readonly Round[],
  modelIds: readonly string[],
  liveGpuBuffers: number,
): DecodeStatistics {
  const msByPhase: Record<Phase, number> = { forward: 0, readback: 0, sample: 0, text: 0 };
  let tokens = 0;
  let readbacks = 0;
  for (const round of rounds) {
    for (const phase of Object.keys(msByPhase) as Phase[]) msByPhase[phase] += round.msByPhase[phase];
    tokens += round.committed.length;
    readbacks += round.readbacks;
  }
  const first = rounds[0];
  const last = rounds[rounds.length - 1];
  const tokensAfterFirst = first ? tokens - first.committed.length : 0;
  const msAfterFirst = first && last ? last.atMs - first.atMs : 0;
  const members = modelIds.map((modelId, index) =>
    proposerStatistics(rounds, memberProposer(index), modelId),
  );
  const lookup: Proposer = { kind: 'lookup' };
  if (proposalsOf(rounds, lookup) > 0) members.push(proposerStatistics(rounds, lookup, null));
  return {
    tokens,
    tokensPerSecond:
      tokensAfterFirst > 0 && msAfterFirst > 0 ? (1000 * tokensAfterFirst) / msAfterFirst : null,
    // A prefill that was aborted is a round without a verdict.
    timeToFirstTokenMs: first && first.proposals.length > 0 ? first.atMs : null,
    acceptanceRate: counts(rounds, () => true).acceptanceRate,
    tokensPerRound: rounds.length > 1 ? tokensAfterFirst / (rounds.length - 1) : null,
    forwards: modelIds.map((modelId, member) => ({ member, modelId, count: members[member].forwards })),
    members,
    pairs: pairStatistics(rounds),
    deviation: deviationOf(rounds),
    readbacks,
    msByPhase,
    liveGpuBuffers,
  };
}

/** The numbers of one proposer, or of a member that only scores. */
export function proposerStatistics(
  rounds: readonly Round[],
  proposer: Proposer,
  modelId: string | null,
): ProposerStatistics {
  const isOwn = ({ member }: Forward) => proposer.kind === 'member' && proposer.index === member;
  const forwards = rounds.flatMap((round) => round.forwards.filter(isOwn));
  return {
    proposer,
    modelId,
    meanDraftLength: meanDraftLength(rounds, proposer),
    proposals: proposalsOf(rounds, proposer),
    ...counts(rounds, (candidate) => isSameProposer(candidate, proposer)),
    forwards: forwards.length,
    forwardsByWidth: forwardsByWidth(forwards.filter(({ kind }) => kind !== 'prefill')),
  };
}

function forwardsByWidth(forwards: readonly Forward[]): ForwardsByWidth[] {
  const msByWidth = new Map<number, number[]>();
  for (const { tokens, ms } of forwards) {
    const times = msByWidth.get(tokens);
    if (times) times.push(ms);
    else msByWidth.set(tokens, [ms]);
  }
  return [...msByWidth]
    .map(([tokens, times]) => ({ tokens, count: times.length, medianMs: median(times) }))
    .sort((a, b) => a.tokens - b.tokens);
}

function meanDraftLength(rounds: readonly Round[], proposer: Proposer): number | null {
  const later = rounds.slice(1);
  if (later.length === 0) return null;
  const lengths = later.map(({ draftLengths }) => draftLengths[proposerIndex(proposer, draftLengths)] ?? 0);
  return lengths.reduce((sum, length) => sum + length, 0) / later.length;
}

function proposalsOf(rounds: readonly Round[], proposer: Proposer): number {
  const isOwn = (proposal: Proposal) => isSameProposer(proposal.proposer, proposer);
  return rounds.reduce((sum, { proposals }) => sum + proposals.filter(isOwn).length, 0);
}

/**
 * A proposal's verifiers are the members other than its proposer that scored in the round of its verdict. Under `naive`
 * and `black-box` those are all others; under `alternate` all others after a restart, and later the one that was
 * still missing. (The black box has its proposer score too, which verifies nothing.)
 *
 * With three members that alternate, whoever scored a proposal in an earlier round has no verdict of its own on it: r
 * takes every member's row, and to credit it with that of r would give every pair of a proposer the same rate. What it
 * alone would have said, min(1, p(x) / q(x)), is no part of a round.
 */
function pairStatistics(rounds: readonly Round[]): PairStatistics[] {
  const pairs = new Map<
    string,
    { proposer: Proposer; place: number; verifier: number; rounds: Set<Round> }
  >();
  for (const round of rounds) {
    const verifiers = new Set(round.forwards.filter(isScore).map(({ member }) => member));
    for (const { proposer } of round.proposals.filter(isJudged)) {
      if (proposer === null) continue;
      // A look-up behind every member.
      const place = proposerIndex(proposer, { length: Number.POSITIVE_INFINITY });
      for (const verifier of verifiers) {
        if (place === verifier) continue;
        const key = `${place} ${verifier}`;
        const pair = pairs.get(key) ?? { proposer, place, verifier, rounds: new Set() };
        pair.rounds.add(round);
        pairs.set(key, pair);
      }
    }
  }
  return [...pairs.values()]
    .sort((a, b) => a.place - b.place || a.verifier - b.verifier)
    .map(({ proposer, verifier, rounds: ofPair }) => {
      const own = [...ofPair];
      const scores = own.flatMap(({ forwards }) =>
        forwards.filter((forward) => forward.member === verifier && isScore(forward)),
      );
      return {
        proposer,
        verifier,
        proposals: proposalsOf(own, proposer),
        ...counts(own, (candidate) => isSameProposer(candidate, proposer)),
        forwards: scores.length,
        forwardsByWidth: forwardsByWidth(scores),
      };
    });
}

const isScore = ({ kind }: Forward): boolean => kind === 'score';
const isJudged = ({ fate }: Proposal): boolean => fate === 'accepted' || fate === 'rejected';

function counts(rounds: readonly Round[], isCounted: (proposer: Proposer | null) => boolean): VerdictCounts {
  let accepted = 0;
  let rejected = 0;
  for (const { proposals } of rounds) {
    for (const { proposer, fate } of proposals) {
      if (!isCounted(proposer)) continue;
      if (fate === 'accepted') accepted++;
      if (fate === 'rejected') rejected++;
    }
  }
  const verdicts = accepted + rejected;
  return { accepted, rejected, acceptanceRate: verdicts > 0 ? accepted / verdicts : null };
}

function deviationOf(rounds: readonly Round[]): DecodeStatistics['deviation'] {
  let sum = 0;
  let max = 0;
  let verified = 0;
  for (const { proposals } of rounds) {
    for (const { deviation } of proposals) {
      if (deviation === null) continue;
      sum += deviation;
      max = Math.max(max, deviation);
      verified++;
    }
  }
  return verified > 0 ? { mean: sum / verified, max } : null;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
