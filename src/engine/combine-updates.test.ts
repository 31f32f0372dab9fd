import { describe, expect, test } from 'vitest';
import { CombineUpdates } from './combine-updates.ts';
import { validateDecodeRequest } from './decode-request.ts';
import type { Combination, DecodeMethod } from './request-types.ts';

const team = (combine: Combination): DecodeMethod => ({
  kind: 'collaborative',
  members: [{ model: 'a' }, { model: 'b' }],
  combine,
});
const weighted = team({ kind: 'weighted', weights: [1, 1] });
const contrastive = team({ kind: 'contrastive', mu: 0.1, alpha: 0.2 });

function updatesOf(method: DecodeMethod): CombineUpdates {
  const updates = new CombineUpdates();
  updates.open(validateDecodeRequest({ prompt: '', method }).method);
  return updates;
}

describe('an update', () => {
  test.each([
    {
      name: 'weighted',
      method: weighted,
      update: { weights: [1, 3] },
      rule: { space: 'probabilities', weights: [0.25, 0.75] },
    },
    {
      name: 'contrastive, whose mask stays',
      method: contrastive,
      update: { mu: 0.5 },
      rule: { space: 'logits', weights: [1, -0.5], plausibility: 0.2 },
    },
    {
      name: 'geometric',
      method: team({ kind: 'geometric', weights: [1, 1] }),
      update: { weights: [2, -1] },
      rule: { space: 'logits', weights: [2, -1], plausibility: 0 },
    },
  ])('is taken once: $name', ({ method, update, rule }) => {
    const updates = updatesOf(method);
    expect(updates.take()).toBeNull();
    updates.offer(update);
    expect(updates.take()).toMatchObject({ combine: { rule }, numbers: update });
    expect(updates.take()).toBeNull();
  });

  test('takes the place of one that no round has taken, and a refused one of none', () => {
    const updates = updatesOf(contrastive);
    updates.offer({ mu: 0.2 });
    updates.offer({ mu: 0.3 });
    expect(() => updates.offer({ mu: -1 })).toThrow();
    expect(updates.take()?.numbers).toEqual({ mu: 0.3 });
  });

  test('holds what it was given, not what becomes of it', () => {
    const updates = updatesOf(weighted);
    const weights = [1, 3];
    updates.offer({ weights });
    weights[0] = 9;
    expect(updates.take()?.numbers).toEqual({ weights: [1, 3] });
  });

  test('of a request that was refused does nothing: its result says why', () => {
    const updates = new CombineUpdates();
    updates.offer({ mu: 'x' });
    expect(updates.take()).toBeNull();
  });
});

describe('is refused with the field by name', () => {
  test.each<{ name: string; field: string; method: DecodeMethod; update: unknown }>([
    { name: 'plain', field: 'update', method: { kind: 'plain', model: 'a' }, update: { weights: [1] } },
    {
      name: 'speculative',
      field: 'update',
      method: { kind: 'speculative', target: 'a', drafter: { kind: 'ngram' } },
      update: { mu: 1 },
    },
    {
      name: 'custom',
      field: 'update',
      method: team({ kind: 'custom', url: 'x' }),
      update: { weights: [1, 1] },
    },
    { name: 'too few weights', field: 'weights', method: weighted, update: { weights: [1] } },
    { name: 'too many weights', field: 'weights', method: weighted, update: { weights: [1, 1, 1] } },
    { name: 'no weight positive', field: 'weights', method: weighted, update: { weights: [0, 0] } },
    { name: 'a negative weight', field: 'weights.1', method: weighted, update: { weights: [1, -1] } },
    { name: 'an infinite weight', field: 'weights.0', method: weighted, update: { weights: [1 / 0, 1] } },
    { name: 'μ of weights', field: 'weights', method: weighted, update: { mu: 0.2 } },
    { name: 'both', field: 'mu', method: weighted, update: { weights: [1, 1], mu: 0.2 } },
    { name: 'weights of μ', field: 'mu', method: contrastive, update: { weights: [1, 1] } },
    { name: 'a negative μ', field: 'mu', method: contrastive, update: { mu: -0.1 } },
    { name: 'μ that is no number', field: 'mu', method: contrastive, update: { mu: Number.NaN } },
    { name: 'a μ beyond the limit', field: 'mu', method: contrastive, update: { mu: 1e7 } },
    {
      name: 'a weight beyond the limit',
      field: 'weights.1',
      method: team({ kind: 'geometric', weights: [1, 1] }),
      update: { weights: [1, -1e7] },
    },
    { name: 'nothing', field: 'update', method: contrastive, update: null },
  ])('$name: $field', ({ field, method, update }) => {
    const updates = updatesOf(method);
    expect(() => updates.offer(update)).toThrow(
      expect.objectContaining({ code: 'invalid-request', details: expect.objectContaining({ field }) }),
    );
    expect(updates.take()).toBeNull();
  });
});
