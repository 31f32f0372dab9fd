import { expect, test } from 'vitest';
import type { ContenderDecodes, ContextDecodes } from './measure-section.ts';
import { decodeSpeed, firstDifference, peerRowsOf } from './peer-rows.ts';

/** A decode whose first token came after `firstMs` and each further one `stepMs` later. */
const timed = (firstMs: number, stepMs: number, tokenIds: readonly number[] | null) => ({
  promptTokens: 32,
  tokenIds,
  tokenAtMs: [0, 1, 2].map((token) => firstMs + token * stepMs),
  phases: null,
});

const contender = (name: string, decodes: ContenderDecodes['decodes']): ContenderDecodes => ({
  name,
  sameFile: true,
  atLeast: name === 'Antiphon' ? null : 5,
  opened: null,
  decodes,
  failure: null,
});

const context = (contenders: readonly ContenderDecodes[]): ContextDecodes => ({
  section: 'a model',
  backend: 'wasm',
  promptTokens: [32, 32],
  contenders,
});

test('a speed counts the tokens after those that came first, and the time after them', () => {
  expect(decodeSpeed({ tokenAtMs: [500, 510, 520] })).toBe(100);
  expect(decodeSpeed({ tokenAtMs: [500, 500, 520, 520] })).toBe(100);
  expect(decodeSpeed({ tokenAtMs: [500, 500] })).toBeNull();
  expect(decodeSpeed({ tokenAtMs: [] })).toBeNull();
});

test.each([
  [[1, 2, 3], [1, 2, 3], null],
  [[1, 2, 3], [1, 7, 3], 1],
  [[1, 2], [1, 2, 0], null],
])('%j and %j differ first at %j', (ours, theirs, position) => {
  expect(firstDifference(ours, theirs)).toBe(position);
});

test('an engine is compared trial by trial: speed as Antiphon over it, time as it over Antiphon', () => {
  const [antiphon, peer] = peerRowsOf(
    context([
      contender('Antiphon', [timed(100, 10, [1, 2, 3]), timed(200, 20, [4, 5, 6])]),
      contender('peer', [timed(300, 20, [1, 2, 3]), timed(400, 80, [4, 5, 9])]),
    ]),
  );
  expect(antiphon).toMatchObject({ speedRatio: null, firstTokenRatio: null, agreement: null });
  expect(peer.speedRatio).toMatchObject({ median: 3, count: 2 });
  expect(peer.firstTokenRatio).toMatchObject({ median: 2.5, count: 2 });
  expect(peer.agreement).toEqual({ trials: 2, firstDifference: 2 });
});

test('a trial in which an engine failed counts for nobody else', () => {
  const rows = peerRowsOf(
    context([
      contender('Antiphon', [timed(100, 10, [1]), timed(100, 10, [1])]),
      { ...contender('peer', [timed(300, 20, [1]), null]), failure: 'out of memory' },
    ]),
  );
  expect(rows[0].tokensPerSecond?.count).toBe(2);
  expect(rows[1]).toMatchObject({ failure: 'out of memory', speedRatio: { median: 2, count: 1 } });
});
