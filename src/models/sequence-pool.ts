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

/** Conversations, or members with prompts of their own, that find their caches again in the next turn. */
const defaultIdleLimit = 4;

/**
 * Keeps the KV caches of finished requests, so that the next one feeds only what differs from the longest common
 * prefix. A prompt that has little in common with a cache leaves it to the text it belongs to. Caches cost memory, so
 * at most `idleLimit` wait; the least recently used one is reused or freed first.
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
    const idle = this.#related(promptTokenIds) ?? this.#leastRecentlyUsed();
    if (idle) this.#idle = this.#idle.filter((other) => other !== idle);
    const sequence = idle?.sequence ?? this.#model.openSequence();
    sequence.rollback(idle ? reusable(idle, promptTokenIds) : 0);
    return { sequence, release: (tokenIds) => this.#release(sequence, tokenIds) };
  }

  /** Frees the caches that no request uses now; the next request feeds its whole prompt. */
  freeIdle(): void {
    for (const { sequence } of this.#idle) sequence.dispose();
    this.#idle = [];
  }

  /**
   * The cache with the longest common prefix, if its own text loses little by it: at most a quarter of the cache is cut,
   * or all of the prompt is in it. Otherwise conversations that share a system prompt would cut each other's caches.
   */
  #related(promptTokenIds: readonly TokenId[]): Idle | null {
    let best: Idle | null = null;
    let bestLength = 0;
    for (const idle of this.#idle) {
      const length = reusable(idle, promptTokenIds);
      const isRelated = 4 * length >= 3 * idle.tokenIds.length || length === promptTokenIds.length - 1;
      if (isRelated && length >= bestLength) {
        best = idle;
        bestLength = length;
      }
    }
    return best;
  }

  /** null while there may be another one. */
  #leastRecentlyUsed(): Idle | null {
    return this.#idle.length < this.#idleLimit ? null : (this.#idle[0] ?? null);
  }

  #release(sequence: Sequence, tokenIds: readonly TokenId[]): void {
    this.#idle.push({ sequence, tokenIds: tokenIds.slice(0, sequence.kvLength) });
    while (this.#idle.length > this.#idleLimit) this.#idle.shift()?.sequence.dispose();
  }
}

/** Positions of the cache that a request with this prompt need not feed. */
function reusable({ tokenIds }: Idle, promptTokenIds: readonly TokenId[]): number {
  const limit = Math.min(tokenIds.length, promptTokenIds.length - 1);
  let length = 0;
  while (length < limit && tokenIds[length] === promptTokenIds[length]) length++;
  return length;
}
