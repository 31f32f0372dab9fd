import type { CombineNumbers } from '../../combine/combine.ts';
import type { Combination, DecodeMethod } from '../../engine/request-types.ts';

/**
 * The numbers to give a running story so that it follows what is wanted now; null where the two are about different
 * members or combinations, whose numbers would say something else there.
 */
export function numbersFor(running: DecodeMethod, wanted: DecodeMethod): CombineNumbers | null {
  if (running.kind !== 'collaborative' || wanted.kind !== 'collaborative') return null;
  const names = ({ members }: typeof running): string => JSON.stringify(members.map(({ model }) => model));
  if (names(running) !== names(wanted) || running.combine.kind !== wanted.combine.kind) return null;
  return numbersOf(wanted.combine);
}

/** The numbers a combination begins with; null where it is code. */
export function numbersOf(combine: Combination): CombineNumbers | null {
  switch (combine.kind) {
    case 'weighted':
    case 'geometric':
      return { weights: combine.weights };
    case 'contrastive':
      return combine.mu === undefined ? null : { mu: combine.mu };
    case 'custom':
      return null;
  }
}

export function areSameNumbers(one: CombineNumbers | null, other: CombineNumbers | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Hands numbers on one at a time: while one is being taken over only the latest that came meanwhile waits. */
export class LatestNumbers {
  readonly #send: (numbers: CombineNumbers) => Promise<void>;
  #latest: CombineNumbers | null;
  #isSending = false;

  /** @param initial numbers in force already */
  constructor(send: (numbers: CombineNumbers) => Promise<void>, initial: CombineNumbers | null) {
    this.#send = send;
    this.#latest = initial;
  }

  /** Settles when nothing waits any more. Numbers that are refused are left out: the form says what is wrong with them. */
  async give(numbers: CombineNumbers): Promise<void> {
    if (areSameNumbers(numbers, this.#latest)) return;
    this.#latest = numbers;
    if (this.#isSending) return;
    this.#isSending = true;
    let sent: CombineNumbers | null = null;
    while (sent !== this.#latest) {
      sent = this.#latest;
      await this.#send(sent).catch(() => {});
    }
    this.#isSending = false;
  }
}
