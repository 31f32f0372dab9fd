import type { LogitsHandle, Sequence, TokenRun } from '../models/causal-model.ts';
import { prefill, prefillChunk } from '../models/prefill.ts';
import type { MemberDescription } from './member-description.ts';
import type { ForwardKind } from './round.ts';
import type { RoundRecorder } from './round-recorder.ts';
import type { SamplerState } from './round-sampler.ts';

/** A forward that a member is due. */
export interface PendingForward {
  readonly run: TokenRun;
  /** Rows of D_i that it is asked for, its last ones. */
  readonly missingRows: number;
  readonly wanted: 'all' | 'last';
}

/**
 * One model taking part in a decode: its sequence, and where the text starts in it. Members may stand behind
 * different prompts, so a text index and a KV position differ by the member's own prompt length.
 */
export class Member {
  readonly description: Pick<MemberDescription, 'index' | 'promptTokenIds' | 'contextLength' | 'isTarget'>;
  readonly sequence: Sequence;
  readonly #sampler: SamplerState;
  readonly recorder: RoundRecorder;

  /** @param sequence may hold a prefix of the member's prompt; at least one prompt token must be left to feed */
  constructor(
    description: Member['description'],
    sequence: Sequence,
    sampler: SamplerState,
    recorder: RoundRecorder,
  ) {
    this.description = description;
    this.sequence = sequence;
    this.#sampler = sampler;
    this.recorder = recorder;
  }

  /** Number of the member in the request. */
  get index(): number {
    return this.description.index;
  }

  get promptLength(): number {
    return this.description.promptTokenIds.length;
  }

  /** Tokens to feed before the first verdict: the prompt, and what is written already but for its last token. */
  get prefillLength(): number {
    return this.promptLength + Math.max(0, this.#sampler.committedTokenIds.length - 1);
  }

  /** Valid positions of this member's KV cache. */
  get kvLength(): number {
    return this.sequence.kvLength;
  }

  /** Tokens of the text, the prompt left out, that its cache holds. */
  get textLength(): number {
    return this.kvLength - this.promptLength;
  }

  /** Proposals it can still draw in a row: each needs everything before it in the cache. */
  get draftRoom(): number {
    const length = this.promptLength + this.#sampler.committedTokenIds.length + this.#sampler.pendingLength;
    return Math.max(0, this.description.contextLength - length + 1);
  }

  /**
   * Feeds the prompt, and the text that it continues, from the valid end of the cache on, in chunks. A target holds the
   * row behind a prompt without a text: the first token is drawn from r.
   * @param carryOn asked between chunks; false ends the prefill early
   */
  async prefill(carryOn: () => Promise<boolean>): Promise<void> {
    const { promptTokenIds, isTarget } = this.description;
    const text = this.#sampler.committedTokenIds;
    const logits = await prefill(this.sequence, [...promptTokenIds, ...text.slice(0, -1)], {
      wanted: isTarget && text.length === 0 ? 'last' : 'none',
      carryOn,
      runPass: (tokens, pass) => this.recorder.forward(this.index, 'prefill', tokens, pass),
    });
    if (logits) await this.#sampler.hold(this.index, logits, 1);
  }

  /**
   * The forward that completes D_i up to the position behind pending, over tokens[kvLength_i … end of pending]; null
   * where that row is held already.
   *
   * After a fully accepted draft a drafter lacks two tokens, its own last one and the one drawn from r: it is fed
   * both in one pass, which costs less than a pass each.
   */
  get pendingForward(): PendingForward | null {
    const missingRows = this.#sampler.pendingLength + 1 - this.#sampler.heldRows(this.index);
    if (missingRows <= 0) return null;
    const run = this.#sampler.textFrom(this.textLength);
    return { run, missingRows, wanted: missingRows === 1 ? 'last' : 'all' };
  }

  /** Feeds a member that lags far behind in chunks, as a prefill does. Returns the pending forward that is left. */
  async catchUp(): Promise<PendingForward | null> {
    let due = this.pendingForward;
    while (due && due.run.length > Math.max(prefillChunk, due.missingRows)) {
      const chunk = startOf(due.run, Math.min(prefillChunk, due.run.length - due.missingRows));
      await this.recorder.forward(this.index, 'catch-up', chunk.length, () =>
        this.sequence.forward(chunk, 'none'),
      );
      due = this.pendingForward;
    }
    return due;
  }

  /** Runs its pending forward, if it has one, and what must come before. */
  async score(kind: ForwardKind): Promise<void> {
    const due = await this.catchUp();
    if (due) await this.run(due, kind);
  }

  async run(due: PendingForward, kind: ForwardKind): Promise<void> {
    const logits = await this.recorder.forward(this.index, kind, due.run.length, () =>
      this.sequence.forward(due.run, due.wanted),
    );
    await this.hold(due, logits);
  }

  /** Takes over what the pending forward answered. */
  async hold({ run, missingRows }: PendingForward, logits: LogitsHandle): Promise<void> {
    if (logits.rows < missingRows) {
      throw new Error(
        `Member ${this.index}: a pass over ${run.length} tokens answered with ${logits.rows} rows of logits, ${missingRows} are needed`,
      );
    }
    await this.#sampler.hold(this.index, logits, missingRows);
  }

  /**
   * After a rejection the cache is valid up to the token before the recovered one, which nobody has been fed.
   * @param committedLength tokens of the text, the recovered one included
   */
  rollbackBefore(committedLength: number): void {
    const valid = this.promptLength + committedLength - 1;
    if (this.sequence.kvLength > valid) this.sequence.rollback(valid);
  }
}

/** The first `length` tokens of a run. */
function startOf(run: TokenRun, length: number): TokenRun {
  return run.kind === 'host' ? { ...run, length, ids: run.ids.slice(0, length) } : { ...run, length };
}
