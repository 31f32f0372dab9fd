import { EngineError } from '../errors/engine-error.ts';
import type { TokenId } from '../tokens/token-id.ts';
import type { CausalModel, Sequence } from './causal-model.ts';
import type { MemoryEstimate } from './files/memory-estimate.ts';

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
  /** [kvLength] */
  readonly tokenIds: readonly TokenId[];
  /** Of these, the ones of the prompt that it was last lent for. */
  readonly promptLength: number;
}

/** What a prompt finds in an idle cache. */
interface Match {
  readonly idle: Idle;
  /** Tokens that need not be fed. */
  readonly length: number;
  /** True where the prompt goes on with the text of the cache, or back to an earlier place in it. */
  readonly continues: boolean;
}

/** Members on one model, each with a prompt of its own, that find their caches again in the next turn. */
const maxKept = 4;
/** What the caches of one model may take where memory is not known to be short. */
const cachesBytes = 512 * 2 ** 20;

/** Caches that a model may have: two conversations at least, each with its own, where they fit. */
export function maxCachesFor({
  cacheBytes,
  totalBytes,
  availableBytes,
}: Pick<MemoryEstimate, 'cacheBytes' | 'totalBytes' | 'availableBytes'>): number {
  if (!cacheBytes) return 2;
  const inBudget = Math.max(2, Math.floor(cachesBytes / cacheBytes));
  // The estimate holds one already.
  const inMemory = availableBytes === null ? maxKept : 1 + (availableBytes - totalBytes) / cacheBytes;
  return Math.max(1, Math.floor(Math.min(maxKept, inBudget, inMemory)));
}

/**
 * Keeps the KV caches of finished requests, so that the next one feeds only what differs from the longest common
 * prefix. A prompt that continues the text of a cache takes it over. Any other prompt leaves that text to whoever
 * continues it, and copies the beginning they share into a cache of its own: a new one while there may be more of them,
 * else the least recently used.
 */
export class SequencePool {
  readonly #model: CausalModel;
  readonly #limit: number;
  /** Least recently used first. */
  #idle: Idle[] = [];
  #lent = 0;

  /** @param limit caches of finished requests; a request that needs more at once has them, and up to four are kept */
  constructor(model: CausalModel, limit = maxKept) {
    this.#model = model;
    this.#limit = limit;
  }

  /**
   * At least the prompt's last token is left to feed: its logits are what decoding starts from. One call at a time.
   * Throws `out-of-memory`.
   */
  async acquire(promptTokenIds: readonly TokenId[]): Promise<Lease> {
    const match = this.#longestMatch(promptTokenIds);
    const sequence = match ? await this.#cacheFor(match) : this.#model.openSequence();
    this.#lent += 1;
    const release = (tokenIds: readonly TokenId[]) => {
      this.#lent -= 1;
      this.#keep(sequence, tokenIds, promptTokenIds.length);
    };
    return { sequence, release };
  }

  /** Frees the caches that no request uses now; the next request feeds its whole prompt. */
  freeIdle(): void {
    for (const { sequence } of this.#idle) sequence.dispose();
    this.#idle = [];
  }

  /** null where nothing is idle. */
  #longestMatch(promptTokenIds: readonly TokenId[]): Match | null {
    let best: Match | null = null;
    for (const idle of this.#idle) {
      const common = commonPrefix(idle.tokenIds, promptTokenIds);
      const length = Math.min(common, promptTokenIds.length - 1);
      // One token, the beginning of text, is common to all texts.
      const continues = common > 1 && (common >= idle.promptLength || common === promptTokenIds.length);
      const isBetter =
        !best || length > best.length || (length === best.length && !best.continues && continues);
      if (isBetter) best = { idle, length, continues };
    }
    return best;
  }

  async #cacheFor(match: Match): Promise<Sequence> {
    const mayOpen = !match.continues && this.#idle.length + this.#lent < this.#limit;
    const opened = mayOpen ? await this.#copy(match, this.#model.openSequence()).catch(nullIfNoRoom) : null;
    if (opened) return opened;
    const taken = match.continues ? match.idle : this.#idle[0];
    this.#idle = this.#idle.filter((idle) => idle !== taken);
    if (taken !== match.idle) return this.#copy(match, taken.sequence);
    taken.sequence.rollback(match.length);
    return taken.sequence;
  }

  async #copy({ idle, length }: Match, to: Sequence): Promise<Sequence> {
    try {
      await this.#model.copyPrefix(idle.sequence, to, length);
      return to;
    } catch (error) {
      to.dispose();
      throw error;
    }
  }

  #keep(sequence: Sequence, fed: readonly TokenId[], promptLength: number): void {
    const { kvLength } = sequence;
    const tokenIds = fed.slice(0, kvLength);
    this.#idle.push({ sequence, tokenIds, promptLength: Math.min(promptLength, kvLength) });
    while (this.#idle.length > maxKept) this.#idle.shift()?.sequence.dispose();
  }
}

function nullIfNoRoom(error: unknown): null {
  if (error instanceof EngineError && error.code === 'out-of-memory') return null;
  throw error;
}

function commonPrefix(a: readonly TokenId[], b: readonly TokenId[]): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return length;
}
