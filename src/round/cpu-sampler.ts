import type { Combine, MemberRow } from '../combine/combine.ts';
import type { LogitsHandle, TokenRun } from '../models/causal-model.ts';
import type { RandomSource } from '../random/random-source.ts';
import { argmax, distributionOf, greedyToken, oneHot } from '../sample/distribution.ts';
import { adjustLogits } from '../sample/logit-adjustment.ts';
import { untruncated } from '../sample/sampling-parameters.ts';
import { topTokens } from '../sample/top-tokens.ts';
import { type TokenId, tokenId } from '../tokens/token-id.ts';
import { targetsOf } from './member-description.ts';
import { pickMember } from './pick-member.ts';
import { memberProposer, type Proposer } from './proposer.ts';
import type { RoundRecorder } from './round-recorder.ts';
import type {
  DrawnLaw,
  ExtraPosition,
  ProposalFate,
  RoundSampler,
  SamplingPlan,
  TargetList,
  Verdict,
} from './round-sampler.ts';

interface Proposed {
  readonly proposer: Proposer;
  readonly tokenId: TokenId;
  /** [vocabSize], what it was drawn from; null for a looked-up token, whose q is 1 at that token. */
  readonly q: Float64Array | null;
}

interface HeldRow {
  /** [vocabSize] */
  readonly logits: Float32Array;
  /** [vocabSize], the member's own distribution; null until it draws from it. Its proposal owns the memory. */
  own: Float64Array | null;
}

/** A token that nobody proposed waits for the `verify` that commits it. */
interface Drawn {
  readonly proposer: null;
  readonly tokenId: TokenId;
  /** r(x); null where it was drawn from one member. */
  readonly r: number | null;
  /** What r had there; null where it was not asked for. */
  readonly list: TargetList | null;
}

/** The sampler in plain TypeScript, in float64: the oracle every other one is compared with. */
export class CpuSampler implements RoundSampler {
  readonly maxUnreadDraws: number = 1;
  #plan: SamplingPlan;
  readonly #random: RandomSource;
  readonly #recorder: RoundRecorder;
  readonly #greedy: boolean;
  readonly #committed: TokenId[] = [];
  #pending: (Proposed | Drawn)[] = [];
  /** D_i: raw logits rows of each member at the first positions after the committed text. */
  readonly #held: HeldRow[][];
  readonly #r: Float64Array;
  readonly #scratch: Float64Array;
  /** r as it is told where that is not what is drawn from: at temperature 0, before it is made one-hot. */
  readonly #told: Float64Array | null;
  /** q arrays of settled proposals, used again: a vocabulary of 150,000 entries is 1.2 MB a proposal. */
  readonly #spareDistributions: Float64Array[] = [];

  constructor(plan: SamplingPlan, random: RandomSource, recorder: RoundRecorder) {
    this.#plan = plan;
    this.#random = random;
    this.#recorder = recorder;
    this.#greedy = plan.sampling.temperature === 0;
    this.#held = plan.members.map(() => []);
    this.#r = new Float64Array(plan.vocabSize);
    this.#scratch = new Float64Array(plan.vocabSize);
    this.#told = this.#greedy && plan.logprobs !== undefined ? new Float64Array(plan.vocabSize) : null;
  }

  get committedTokenIds(): readonly TokenId[] {
    return this.#committed;
  }

  get pendingLength(): number {
    return this.#pending.length;
  }

  heldRows(member: number): number {
    return this.#held[member].length;
  }

  textFrom(from: number): TokenRun {
    const ids = this.#committed.slice(from);
    for (const pending of this.#pending.slice(Math.max(0, from - this.#committed.length))) {
      ids.push(pending.tokenId);
    }
    return { kind: 'host', length: ids.length, ids };
  }

  async hold(member: number, logits: LogitsHandle, count: number): Promise<void> {
    let rows: Float32Array;
    try {
      rows =
        logits.kind === 'host'
          ? logits.data
          : await this.#recorder.measureAsync('readback', () => logits.toHost());
    } finally {
      logits.dispose();
    }
    const taken: HeldRow[] = [];
    for (let row = logits.rows - count; row < logits.rows; row++) {
      const from = row * logits.width;
      taken.push({ logits: rows.subarray(from, from + this.#plan.vocabSize), own: null });
    }
    this.#adjust(member, taken);
    this.#held[member].push(...taken);
  }

  async propose(member: number): Promise<void> {
    this.#recorder.measure('sample', () => {
      const row = this.#held[member][this.#pending.length];
      const q = this.#spareDistributions.pop() ?? new Float64Array(this.#plan.vocabSize);
      this.#ownDistribution(member, row.logits, q);
      const position = this.#position(this.#pending.length);
      const drawn = tokenId(
        this.#random.categorical(q, { position, purpose: this.#plan.acceptance.proposalPurpose }),
      );
      this.#pending.push({ proposer: memberProposer(member), tokenId: drawn, q });
      row.own = q;
    });
  }

  proposeTokens(tokenIds: readonly TokenId[]): void {
    for (const tokenId of tokenIds) this.#pending.push({ proposer: { kind: 'lookup' }, tokenId, q: null });
  }

  async draw(law: DrawnLaw): Promise<void> {
    this.#recorder.measure('sample', () => this.#pending.push(this.#draw(law, this.#pending.length)));
  }

  async verify(heads: number, extra: ExtraPosition): Promise<Verdict> {
    return this.#recorder.measure('sample', () => this.#verify(heads, extra));
  }

  pickMember(): number {
    return pickMember(this.#plan, this.#position(this.#pending.length), this.#random);
  }

  useCombine(combine: Combine): void {
    this.#plan = { ...this.#plan, combine };
  }

  continueFrom(tokenIds: readonly TokenId[]): void {
    this.#committed.push(...tokenIds);
  }

  release(member: number, count: number): void {
    if (this.#held[member].length > count) this.#held[member].length = count;
  }

  dispose(): void {
    this.#pending = [];
    for (const rows of this.#held) rows.length = 0;
    this.#spareDistributions.length = 0;
  }

  #verify(heads: number, extra: ExtraPosition): Verdict {
    const fates: ProposalFate[] = [];
    const committed: TokenId[] = [];
    const lists: TargetList[] = [];
    const told = () => (this.#plan.logprobs === undefined ? {} : { lists });
    for (let head = 0; head < heads; head++) {
      const { fates: settled, list } = this.#settle(this.#pending[head], head);
      fates.push(...settled);
      const { tokenId: token, fate } = settled[settled.length - 1];
      committed.push(token);
      if (list) lists.push(list);
      const rejected = fate === 'recovered';
      const ended = this.#plan.endTokenIds.has(token);
      if (!rejected && !ended) continue;
      fates.push(...this.#pending.slice(head + 1).flatMap(discarded));
      this.#commit(committed, Number.POSITIVE_INFINITY);
      return { fates, committed, rejected, ended, ...told() };
    }
    if (extra === 'draw-from-target') {
      const drawn = this.#draw('target', heads);
      committed.push(drawn.tokenId);
      fates.push(unproposedFate(drawn.tokenId, drawn.r, 'drawn'));
      if (drawn.list) lists.push(drawn.list);
    }
    const ended = extra === 'draw-from-target' && this.#plan.endTokenIds.has(committed[heads]);
    this.#commit(committed, ended ? Number.POSITIVE_INFINITY : committed.length);
    return { fates, committed, rejected: false, ended, ...told() };
  }

  /** @param rows the next ones of D_member */
  #adjust(member: number, rows: readonly HeldRow[]): void {
    const { adjustment } = this.#plan.members[member];
    if (!adjustment) return;
    this.#recorder.measure('sample', () => {
      const text = [...this.#committed, ...this.#pending.map(({ tokenId }) => tokenId)];
      const first = this.#committed.length + this.#held[member].length;
      for (const [index, { logits }] of rows.entries()) {
        adjustLogits(logits, adjustment, text.slice(0, first + index));
      }
    });
  }

  /** The fate of a head, the last one being that of the token committed in its place; and what r had there. */
  #settle(
    pending: Proposed | Drawn,
    head: number,
  ): { readonly fates: ProposalFate[]; readonly list: TargetList | null } {
    if (pending.proposer === null) {
      return { fates: [unproposedFate(pending.tokenId, pending.r, 'drawn')], list: pending.list };
    }
    const { proposer, tokenId: proposed, q: storedQ } = pending;
    const q = storedQ ?? this.#oneHotAt(proposed);
    const r = this.#combined(head);
    const position = this.#position(head);
    const { acceptance } = this.#plan;
    const { accepted, u, committed } = acceptance.decide(
      proposed,
      q,
      r,
      position,
      this.#random,
      this.#scratch,
    );
    const fate = accepted ? 'accepted' : 'rejected';
    const deviation = acceptance.deviation?.(q, r, this.#scratch) ?? null;
    const judged = {
      proposer,
      tokenId: proposed,
      q: q[proposed],
      r: r[proposed],
      u,
      fate,
      deviation,
    } as const;
    if (storedQ === null) this.#spareDistributions.push(q);
    const list = this.#listOf(committed);
    if (accepted) return { fates: [judged], list };
    return { fates: [judged, unproposedFate(tokenId(committed), r[committed], 'recovered')], list };
  }

  /** Draws a token at the given offset after the committed text. */
  #draw(law: DrawnLaw, offset: number): Drawn {
    const isTarget = law === 'target';
    const weights = isTarget ? this.#combined(offset) : this.#ownAt(law.member, offset);
    const key = { position: this.#position(offset), purpose: 'token' } as const;
    const drawn = tokenId(this.#random.categorical(weights, key));
    const r = isTarget ? weights[drawn] : null;
    return { proposer: null, tokenId: drawn, r, list: isTarget ? this.#listOf(drawn) : null };
  }

  /** What the r that was formed last has, for the token committed by it. */
  #listOf(committed: number): TargetList | null {
    const { logprobs } = this.#plan;
    if (logprobs === undefined) return null;
    const told = this.#told ?? this.#r;
    const top = topTokens(told, logprobs).map((tokenId) => ({ tokenId, probability: told[tokenId] }));
    return { probability: told[committed], top };
  }

  /** Appends to the text; forgets the first `settled` pending proposals and rows. */
  #commit(tokenIds: readonly TokenId[], settled: number): void {
    this.#committed.push(...tokenIds);
    for (const pending of this.#pending.splice(0, settled)) {
      if (pending.proposer !== null && pending.q) this.#spareDistributions.push(pending.q);
    }
    for (const rows of this.#held) rows.splice(0, settled);
  }

  #position(textOffset: number): number {
    return this.#plan.firstPosition + this.#committed.length + textOffset;
  }

  /** Writes the distribution that `member` draws from on its own. */
  #ownDistribution(member: number, logits: Float32Array, out: Float64Array): void {
    if (this.#greedy) oneHot(greedyToken(logits), out);
    else distributionOf(logits, this.#plan.members[member].sampling, out);
  }

  /** The member's own distribution [vocabSize] at the given offset; valid until the next call. */
  #ownAt(member: number, offset: number): Float64Array {
    this.#ownDistribution(member, this.#held[member][offset].logits, this.#r);
    return this.#r;
  }

  #oneHotAt(token: TokenId): Float64Array {
    const q = this.#spareDistributions.pop() ?? new Float64Array(this.#plan.vocabSize);
    oneHot(token, q);
    return q;
  }

  /**
   * r [vocabSize] at the given offset after the committed text; valid until the next call. At temperature 0 it is
   * the one-hot of the argmax of the combination formed at temperature 1 without truncation.
   */
  #combined(offset: number): Float64Array {
    const { combine, members, sampling } = this.#plan;
    const rows = targetsOf(members).map((member): MemberRow => {
      const { logits, own } = this.#held[member][offset];
      return this.#greedy
        ? { logits, sampling: untruncated }
        : { logits, own, sampling: members[member].sampling };
    });
    combine.distribution(rows, this.#greedy ? untruncated : sampling, this.#r);
    this.#told?.set(this.#r);
    if (this.#greedy) oneHot(argmax(this.#r), this.#r);
    return this.#r;
  }
}

/** The fate of a token that nobody proposed. */
function unproposedFate(tokenId: TokenId, r: number | null, fate: 'drawn' | 'recovered'): ProposalFate {
  return { proposer: null, tokenId, q: null, r, u: null, fate, deviation: null };
}

/** What is behind a rejection or an end token. */
function discarded(pending: Proposed | Drawn): ProposalFate[] {
  if (pending.proposer === null) return [];
  const { proposer, tokenId, q } = pending;
  return [{ proposer, tokenId, q: q ? q[tokenId] : 1, r: null, u: null, fate: 'discarded', deviation: null }];
}
