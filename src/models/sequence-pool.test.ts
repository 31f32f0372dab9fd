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

/** Leaves a cache with `text` in it. */
function write(pool: SequencePool, opened: { length: number }[], text: string): void {
  const { sequence, release } = pool.acquire(ids(text));
  opened.find((one) => one === (sequence as unknown))!.length = text.length;
  release(ids(text));
}

test.each([
  { name: 'a continued text', first: 'once upon', second: 'once upon a time', reused: 9 },
  { name: 'a text that parts ways late', first: 'once upon', second: 'once upper case', reused: 7 },
  { name: 'the same prompt, but for its last token', first: 'once', second: 'once', reused: 3 },
  { name: 'a shorter prompt, but for its last token', first: 'once upon', second: 'once', reused: 3 },
])('reuses the common prefix of $name', ({ first, second, reused }) => {
  const { model, opened } = countingModel();
  const pool = new SequencePool(model);
  write(pool, opened, first);
  expect(pool.acquire(ids(second)).sequence.kvLength).toBe(reused);
  expect(opened).toHaveLength(1);
});

test.each([
  { name: 'another text', first: 'once', second: 'long ago' },
  {
    name: 'a text that shares its opening only',
    first: 'be kind. tell me of the sea',
    second: 'be kind. what is a moon?',
  },
])('leaves the cache of $name to whoever continues that one', ({ first, second }) => {
  const { model, opened } = countingModel();
  const pool = new SequencePool(model);
  write(pool, opened, first);
  expect(pool.acquire(ids(second)).sequence.kvLength).toBe(0);
  expect(pool.acquire(ids(`${first} again`)).sequence.kvLength).toBe(first.length);
});

test('beyond the limit an unrelated prompt takes the cache that was longest unused', () => {
  const { model, opened } = countingModel();
  const pool = new SequencePool(model, 2);
  for (const text of ['first', 'second', 'first again', 'other']) write(pool, opened, text);
  expect(opened).toHaveLength(2);
  expect(pool.acquire(ids('first again and on')).sequence.kvLength).toBe('first again'.length);
});

test.each([2, 3, 4])('%i conversations that take turns each find their own cache', (conversations) => {
  const { model, opened } = countingModel();
  const pool = new SequencePool(model);
  const texts = Array.from({ length: conversations }, (_, index) => `system prompt ${index}: `);
  const fed: number[] = [];
  for (let turn = 0; turn < 3 * conversations; turn++) {
    const prompt = `${texts[turn % conversations]} question ${turn}`;
    const { sequence, release } = pool.acquire(ids(prompt));
    if (turn >= conversations) fed.push(prompt.length - sequence.kvLength);
    texts[turn % conversations] = `${prompt} reply`;
    opened.find((one) => one === (sequence as unknown))!.length = prompt.length + ' reply'.length;
    release(ids(`${prompt} reply`));
  }
  expect(Math.max(...fed)).toBe(
    Math.max(...Array.from({ length: 3 * conversations }, (_, turn) => ` question ${turn}`.length)),
  );
  expect(opened).toHaveLength(conversations);
});

test('caches that nobody uses can be freed at once', () => {
  const { model, opened } = countingModel();
  const pool = new SequencePool(model);
  write(pool, opened, 'once');
  const lent = pool.acquire(ids('long ago'));
  pool.freeIdle();
  expect(opened.map(({ disposed }) => disposed)).toEqual([true, false]);
  lent.release(ids('long ago'));
  expect(opened.map(({ disposed }) => disposed)).toEqual([true, false]);
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
  pool.freeIdle();
  expect(opened.map(({ disposed }) => disposed)).toEqual([true, true]);
});
