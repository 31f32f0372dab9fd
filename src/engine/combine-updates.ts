import type { CombineChange } from '../decode/decode-loop.ts';
import { withCombineNumbers } from './decode-request.ts';
import { numericCombine } from './method-members.ts';
import type { ValidDecodeMethod } from './request-types.ts';

/** What a run is told about its combination, at any time, until the decode loop asks for it between two rounds. */
export class CombineUpdates {
  /** null for a request that was refused: nothing will ever run. */
  #method: ValidDecodeMethod | null = null;
  #latest: CombineChange | null = null;
  #taken: CombineChange | null = null;

  /** @param method of the valid request: what updates are checked against */
  open(method: ValidDecodeMethod): void {
    this.#method = method;
  }

  /**
   * Takes the place of an earlier update that no round has taken yet.
   * @throws EngineError `invalid-request` where the method's combination has no such numbers
   */
  offer(update: unknown): void {
    if (!this.#method) return;
    const { combine, numbers } = withCombineNumbers(this.#method, update);
    this.#latest = { combine: numericCombine(combine), numbers };
  }

  take(): CombineChange | null {
    const change = this.#latest;
    this.#latest = null;
    this.#taken = change ?? this.#taken;
    return change;
  }

  /** The next `take` answers the update in force once more: a run that goes on elsewhere starts with it. */
  giveBack(): void {
    this.#latest ??= this.#taken;
  }
}
