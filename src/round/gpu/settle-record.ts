import type { Acceptance } from '../../verify/acceptance.ts';
import type { Proposer } from '../proposer.ts';
import type { ProposalFate, Verdict } from '../round-sampler.ts';
import type { JudgedToken, VerdictRecord } from './verdict-record.ts';

/** A token whose row lies on the device, and which is verified or waits for the read-back there. */
export interface PendingOnDevice {
  /** null for a token drawn from r, or from a member that was picked. */
  readonly proposer: Proposer | null;
  /** Slot of what it was drawn from; null for a looked-up token, whose q is 1 at that token. */
  readonly slot: number | null;
  /** True where that is r. */
  readonly isFromTarget: boolean;
}

/** What a token that nobody proposed has in common with others of its kind. */
const unproposed = { proposer: null, q: null, u: null, deviation: null } as const;

const twoTo32 = 2 ** 32;

/**
 * A verdict as everyone else knows it. Twin: `verify` of CpuSampler.
 * @param pending [pending], the first `heads` of them judged
 */
export function settleRecord(
  { rejectedAt, endedAt, judged, tokenId, r }: VerdictRecord,
  pending: readonly PendingOnDevice[],
  heads: number,
  acceptance: Acceptance,
): Verdict {
  const ended = endedAt !== null;
  const accepted = ended ? Math.min(rejectedAt, endedAt + 1) : rejectedAt;
  // An end token before the first rejection leaves nothing to be redrawn.
  const rejected = rejectedAt < heads && tokenId !== null;
  const fates: ProposalFate[] = [];
  const committed = judged.slice(0, accepted).map((token) => token.tokenId);
  for (let head = 0; head < accepted; head++) fates.push(judgedFate(head, 'accepted'));
  if (rejected) fates.push(judgedFate(rejectedAt, 'rejected'));
  if (tokenId !== null) {
    committed.push(tokenId);
    fates.push({ ...unproposed, tokenId, r, fate: rejected ? 'recovered' : 'drawn' });
  }
  for (let index = accepted + (rejected ? 1 : 0); (rejected || ended) && index < pending.length; index++) {
    const { proposer } = pending[index];
    if (proposer === null) continue;
    const { tokenId, q } = judged[index];
    fates.push({ proposer, tokenId, q, r: null, u: null, fate: 'discarded', deviation: null });
  }
  return { fates, committed, rejected, ended };

  function judgedFate(head: number, fate: 'accepted' | 'rejected'): ProposalFate {
    const { proposer, isFromTarget } = pending[head];
    const { tokenId, q, r, coin, deviation }: JudgedToken = judged[head];
    if (proposer === null) return { ...unproposed, tokenId, r: isFromTarget ? q : null, fate: 'drawn' };
    const u = acceptance.rule.kind === 'ratio' ? (coin + 0.5) / twoTo32 : null;
    return { proposer, tokenId, q, r, u, fate, deviation: acceptance.deviation ? deviation : null };
  }
}
