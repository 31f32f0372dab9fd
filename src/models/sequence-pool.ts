import type { TokenId } from '../tokens/token-id.ts';
import type { CausalModel, Sequence } from './causal-model.ts';

/** A sequence lent out for one decode; its cache holds the first `kvLength` tokens of the prompt. */
export interface Lease {
  readonly sequence: Sequence;
  /**
   * Gives the sequence back.
   * @param tokenIds what it was fed: prompt and text; its cache holds the first kvLength of them
   */
  release(tokenIds: readonly TokenId[]): void;
}

interface Idle {
  readonly sequence: Sequence;
  readonly tokenIds: readonly TokenId[];
}

/** Members on one model, each with a prompt of its own, that find their caches again in the next turn. */
const defaultIdleLimit = 4;

/**
 * Keeps the KV caches of finished requests, so that the next one feeds only what differs from the longest common
 * prefix. Caches cost memory: the one longest unused is freed first.
 */
export class SequencePool {
  readonly #model: CausalModel;
  readonly #idleLimit: number;
  /** Least recently used first. */
  #idle: Idle[] = [];

  constructor(model: CausalModel, idleLimit = defaultIdleLimit) {
    this.#model = model;
    this.#idleLimit = idleLimit;
  }

  /** At least the prompt's last token is left to feed: its logits are what decoding starts from. */
  acquire(promptTokenIds: readonly TokenId[]): Lease {
    let best: Idle | null = null;
    let bestLength = 0;
    for (const idle of this.#idle) {
      const length = Math.min(commonPrefix(idle.tokenIds, promptTokenIds), promptTokenIds.length - 1);
      if (length >= bestLength) {
        best = idle;
        bestLength = length;
      }
    }
    if (best) this.#idle = this.#idle.filter((idle) => idle !== best);
    const sequence = best?.sequence ?? this.#model.openSequence();
    sequence.rollback(bestLength);
    return { sequence, release: (tokenIds) => this.#release(sequence, tokenIds) };
  }

  dispose(): void {
    for (const { sequence } of this.#idle) sequence.dispose();
    this.#idle = [];
  }

  #release(sequence: Sequence, tokenIds: readonly TokenId[]): void {
    this.#idle.push({ sequence, tokenIds: tokenIds.slice(0, sequence.kvLength) });
    while (this.#idle.length > this.#idleLimit) this.#idle.shift()?.sequence.dispose();
  }
}

function commonPrefix(a: readonly TokenId[], b: readonly TokenId[]): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return length;
}
