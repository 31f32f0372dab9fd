import { expect, test } from 'vitest';
import { FakeModel, type FakeSequence } from '../decode/testing/fake-model.ts';
import { EngineError } from '../errors/engine-error.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { CausalModel } from './causal-model.ts';
import { maxCachesFor, SequencePool } from './sequence-pool.ts';

const ids = (text: string) => [...text].map((letter) => tokenId(letter.charCodeAt(0)));

/** A pool on a model whose caches hold letters, and what was done with them. */
class Pool {
  readonly opened: FakeSequence[] = [];
  /** Copies that find no memory. */
  failures = 0;
  readonly pool: SequencePool;

  constructor(limit?: number) {
    const fake = new FakeModel({ vocabSize: 128, seed: 1 });
    const model = {
      openSequence: () => {
        const sequence = fake.openSequence();
        this.opened.push(sequence);
        return sequence;
      },
      copyPrefix: async (...copy: Parameters<FakeModel['copyPrefix']>) => {
        if (this.failures-- > 0) throw new EngineError('out-of-memory', 'no room');
        await fake.copyPrefix(...copy);
      },
    } as unknown as CausalModel;
    this.pool = new SequencePool(model, limit);
  }

  /** One request: feeds what its cache lacks of the prompt, then the reply. Answers how many tokens of the prompt. */
  async ask(prompt: string, reply = ''): Promise<number> {
    const lease = await this.pool.acquire(ids(prompt));
    const lacking = ids(prompt).slice(lease.sequence.kvLength);
    for (const token of [...lacking, ...ids(reply)]) {
      await lease.sequence.forward({ kind: 'host', length: 1, ids: [token] }, 'none');
    }
    lease.release(ids(prompt + reply));
    return lacking.length;
  }

  /** What each cache that was opened holds. */
  texts(): string[] {
    return this.opened.map(({ cachedTokenIds }) => String.fromCharCode(...cachedTokenIds));
  }
}

test.each([
  { name: 'a continued text', first: 'once upon', second: 'once upon a time', fed: 7, caches: 1 },
  { name: 'the same prompt', first: 'once', second: 'once', fed: 1, caches: 1 },
  { name: 'an earlier place of the text', first: 'once upon', second: 'once', fed: 1, caches: 1 },
  { name: 'a text that parts ways', first: 'once upon', second: 'once there', fed: 5, caches: 2 },
  { name: 'another text', first: 'once', second: 'long ago', fed: 8, caches: 2 },
])('of $name only what is new is fed', async ({ first, second, fed, caches }) => {
  const pool = new Pool();
  await pool.ask(first);
  expect(await pool.ask(second)).toBe(fed);
  expect(pool.texts()).toEqual(caches === 1 ? [second] : [first, second]);
});

test('the empty prompt, which is a beginning of text alone, cuts no other text and is cut by none', async () => {
  const pool = new Pool();
  await pool.ask('^ann: ', 'ho');
  expect(await pool.ask('^')).toBe(1);
  expect(await pool.ask('^ann: ho and?')).toBe(5);
  expect(await pool.ask('^', 'once upon a time')).toBe(1);
  await pool.ask('^bob: ');
  expect(await pool.ask('^once upon a time there')).toBe(6);
});

test('a reply that comes back in other tokens keeps its cache, up to where they differ', async () => {
  const pool = new Pool();
  await pool.ask('hi:', '(hm) hello');
  expect(await pool.ask('hi:hello, you:')).toBe(11);
  expect(pool.opened).toHaveLength(1);
});

test.each([
  { name: 'nothing in common', a: 'ann: ', b: 'bob: ', common: 0 },
  { name: 'a beginning in common', a: 'be kind. ann: ', b: 'be kind. bob: ', common: 9 },
])('two chats in turn with $name feed only what is new', async ({ a, b, common }) => {
  const pool = new Pool();
  let [one, other] = [a, b];
  expect([await pool.ask(one, 'ho'), await pool.ask(other, 'hey')]).toEqual([a.length, b.length - common]);
  for (let turn = 0; turn < 3; turn++) {
    one += 'ho.and?';
    other += 'hey.so?';
    expect([await pool.ask(one, 'ho'), await pool.ask(other, 'hey')]).toEqual([5, 4]);
  }
  expect(pool.opened).toHaveLength(2);
});

test('beyond the limit an unrelated prompt takes the least recently used cache', async () => {
  const pool = new Pool(3);
  for (const prompt of ['ann', 'bob', 'cy', 'ann again', 'dan']) await pool.ask(prompt);
  expect(pool.texts()).toEqual(['ann again', 'dan', 'cy']);
  // It shares a beginning with another one, which stays.
  expect(await pool.ask('anne')).toBe(1);
  expect(pool.texts()).toEqual(['ann again', 'dan', 'anne']);
});

test('where a new cache finds no memory, the least recently used is taken', async () => {
  const pool = new Pool();
  await pool.ask('ann');
  await pool.ask('bob');
  pool.failures = 1;
  expect(await pool.ask('bobby', 'x')).toBe(2);
  pool.failures = 1;
  expect(await pool.ask('ada')).toBe(2);
  expect(pool.texts()).toEqual(['ada', 'bobbyx', '']);
});

test('trusts only what the cache holds: the last token drawn was never fed', async () => {
  const { pool } = new Pool();
  const { sequence, release } = await pool.acquire(ids('ab'));
  await sequence.forward({ kind: 'host', length: 3, ids: ids('abc') }, 'none');
  release(ids('abcd'));
  expect((await pool.acquire(ids('abcdef'))).sequence.kvLength).toBe(3);
});

test('leases at once are sequences of their own, and four are kept', async () => {
  const pool = new Pool(1);
  const prompts = ['aa', 'bb', 'cc', 'dd', 'ee'];
  const leases = [];
  for (const prompt of prompts) leases.push(await pool.pool.acquire(ids(prompt)));
  expect(pool.opened).toHaveLength(5);
  for (const [index, { sequence, release }] of leases.entries()) {
    await sequence.forward({ kind: 'host', length: 2, ids: ids(prompts[index]) }, 'none');
    release(ids(prompts[index]));
  }
  expect(pool.texts()).toEqual(['', 'bb', 'cc', 'dd', 'ee']);
  pool.pool.freeIdle();
  expect(pool.texts()).toEqual(['', '', '', '', '']);
});

test.each([
  { cache: 50e6, available: null, caches: 4 },
  { cache: 200e6, available: null, caches: 2 },
  { cache: 900e6, available: null, caches: 2 },
  { cache: 50e6, available: 1060e6, caches: 2 },
  { cache: 50e6, available: 1001e6, caches: 1 },
  { cache: 50e6, available: 900e6, caches: 1 },
  { cache: null, available: null, caches: 2 },
])('caches of $cache bytes, $available bytes for a model that takes 1 GB: $caches', (row) => {
  const estimate = { cacheBytes: row.cache, totalBytes: 1e9, availableBytes: row.available };
  expect(maxCachesFor(estimate)).toBe(row.caches);
});
