import type { TokenRun } from '../models/causal-model.ts';
import type { SamplerState } from '../round/round-sampler.ts';
import { type TokenId, tokenId } from '../tokens/token-id.ts';
import type { DueVerdict } from './schedules/schedule.ts';

/** All tokens are alike: only their number counts. */
const anyToken = tokenId(0);

/** A sampler that accepts every proposal, and holds lengths in place of tokens and rows. */
export class CountingSampler implements SamplerState {
  /** The first token is the prefill's, or the recovered one before. */
  readonly committedTokenIds: TokenId[] = [anyToken];
  /** Proposer of each pending token. */
  readonly #pending: number[] = [];
  /** |D_i| [members] */
  readonly #heldRows: number[];

  constructor(members: number) {
    this.#heldRows = Array(members).fill(0);
  }

  get pendingLength(): number {
    return this.#pending.length;
  }

  heldRows(member: number): number {
    return this.#heldRows[member];
  }

  textFrom(from: number): TokenRun {
    return { kind: 'host', length: this.committedTokenIds.length + this.#pending.length - from, ids: [] };
  }

  hold(member: number, _logits: unknown, count: number): void {
    this.#heldRows[member] += count;
  }

  release(member: number, count: number): void {
    this.#heldRows[member] = Math.min(this.#heldRows[member], count);
  }

  propose(member: number): void {
    this.#pending.push(member);
  }

  /** @returns the proposer of each token that is committed; null for one that nobody proposed */
  verify({ heads, extra }: DueVerdict): (number | null)[] {
    const settled: (number | null)[] = this.#pending.splice(0, heads);
    if (extra === 'draw-from-target') settled.push(null);
    for (const _ of settled) this.committedTokenIds.push(anyToken);
    for (const [member, rows] of this.#heldRows.entries()) {
      this.#heldRows[member] = Math.max(0, rows - settled.length);
    }
    return settled;
  }
}
