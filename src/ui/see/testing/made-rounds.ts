import { memberProposer } from '../../../round/proposer.ts';
import type { Forward, ForwardKind, Proposal, Round } from '../../../round/round.ts';
import type { Fate } from '../../../verify/acceptance.ts';

export const forward = (member: number, kind: ForwardKind, startMs: number, ms: number): Forward => ({
  ...{ member, kind, tokens: 1, startMs, ms, estimated: false },
});

export const proposal = (by: number | null, text: string, fate: Fate): Proposal => ({
  ...{ proposer: by === null ? null : memberProposer(by), text, fate },
  ...{ tokenId: 1 as Proposal['tokenId'], q: null, r: null, u: null, deviation: null },
});

export const round = (
  index: number,
  atMs: number,
  forwards: readonly Forward[],
  proposals: readonly Proposal[],
): Round => ({
  ...{ index, atMs, forwards, proposals, text: '', kvLengths: [], draftLengths: [1, 1], readbacks: 0 },
  committed: proposals
    .filter(({ fate }) => fate !== 'rejected' && fate !== 'discarded')
    .map(({ tokenId }) => tokenId),
  msByPhase: { forward: 0, readback: 0, sample: 0, text: 0 },
});
