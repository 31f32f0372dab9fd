import { expect, test } from 'vitest';
import { tokenId } from '../tokens/token-id.ts';
import type { CausalModel, Sequence } from './causal-model.ts';
import { SequencePool } from './sequence-pool.ts';

/** A model whose sequences only count; a cache's content is what the pool is told. */
function countingModel() {
  const opened: (Sequence & { length: number; disposed: boolean })[] = [];
  const model = {
    openSequence: () => {
      const sequence = {
        length: 0,
        disposed: false,
        get kvLength() {
          return this.length;
        },
        rollback(length: number) {
          if (length > this.length) throw new RangeError(`rollback to ${length} of ${this.length}`);
          this.length = length;
        },
        forward: () => Promise.reject(new Error('no forward here')),
        dispose() {
          this.disposed = true;
        },
      };
      opened.push(sequence);
      return sequence;
    },
  } as unknown as CausalModel;
  return { model, opened };
}

const ids = (text: string) => [...text].map((letter) => tokenId(letter.charCodeAt(0)));

test.each([
  { name: 'a continued text', first: 'once upon', second: 'once upon a time', reused: 9 },
  { name: 'another text', first: 'once', second: 'long ago', reused: 0 },
  { name: 'a text that parts ways', first: 'once upon', second: 'once there', reused: 5 },
  { name: 'the same prompt, but for its last token', first: 'once', second: 'once', reused: 3 },
  { name: 'a shorter prompt, but for its last token', first: 'once upon', second: 'once', reused: 3 },
])('reuses the common prefix of $name', ({ first, second, reused }) => {
  const { model, opened } = countingModel();
  const pool = new SequencePool(model);
  const lease = pool.acquire(ids(first));
  opened[0].length = first.length;
  lease.release(ids(first));
  expect(pool.acquire(ids(second)).sequence.kvLength).toBe(reused);
  expect(opened).toHaveLength(1);
});

test('trusts only what the cache holds: the last token drawn was never fed', () => {
  const { model, opened } = countingModel();
  const pool = new SequencePool(model);
  const lease = pool.acquire(ids('ab'));
  opened[0].length = 3;
  lease.release(ids('abcd'));
  expect(pool.acquire(ids('abcdef')).sequence.kvLength).toBe(3);
});

test('two leases at once are two sequences, and the one longest unused is freed beyond the limit', () => {
  const { model, opened } = countingModel();
  const pool = new SequencePool(model, 1);
  const leases = [pool.acquire(ids('a')), pool.acquire(ids('b'))];
  expect(leases[0].sequence).not.toBe(leases[1].sequence);
  leases[0].release(ids('a'));
  leases[1].release(ids('b'));
  expect(opened.map(({ disposed }) => disposed)).toEqual([true, false]);
  pool.dispose();
  expect(opened.map(({ disposed }) => disposed)).toEqual([true, true]);
});
