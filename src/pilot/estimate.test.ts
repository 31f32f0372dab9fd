import { describe, expect, test } from 'vitest';
import type { ForwardCosts } from '../models/forward-costs.ts';
import { estimateCases, estimatePlan, remainingMs } from './estimate.ts';
import { casesOf, countCases, type PilotSettings } from './plan.ts';
import { fakePlan, fakeRun } from './testing/fake-pilot.ts';

const flat = (ms: number): ForwardCosts => [{ tokens: 1, ms }];

describe('an estimate', () => {
  const team: PilotSettings['team'] = {
    members: [{ model: 'base' }, { model: 'draft' }],
    combines: [{ kind: 'weighted', weights: [0.5, 0.5] }],
    schedules: ['mixture', 'naive'],
    draftLengths: [1],
  };
  const plan = fakePlan({ team });
  const cases = casesOf(plan);
  const estimates = estimateCases(
    cases,
    new Map([
      ['base', flat(10)],
      ['draft', flat(2)],
    ]),
  );
  const of = (group: number, method: number): number =>
    estimates[
      cases.findIndex((each) => each.prompt === 0 && each.group === group && each.method === method)
    ] ?? 0;

  test('of a reference is its forwards, prefill first', () => {
    expect(of(0, 0)).toBeCloseTo(10 + 20 * 10);
    expect(of(1, 0)).toBeCloseTo(12 + 20 * 12);
  });

  test('of a method is shorter where the formulas say so', () => {
    // E = (1 − α⁵)/(1 − α) tokens for 4 drafts and a pass, at α = .75.
    const tokens = (1 - 0.75 ** 5) / 0.25;
    expect(of(0, 2)).toBeCloseTo(12 + (20 * (4 * 2 + 10)) / tokens);
    // One forward a token of either member, by turns.
    expect(of(1, 1)).toBeCloseTo(12 + 20 * 6);
  });

  test('of a whole plan is the sum over its cases, repeats included', () => {
    const costs = new Map([
      ['base', flat(10)],
      ['draft', flat(2)],
    ]);
    const repeated = { ...plan, repeats: 3 };
    const sum = estimateCases(casesOf(repeated), costs).reduce<number>((total, ms) => total + (ms ?? 0), 0);
    expect(estimatePlan(repeated, costs)).toBeCloseTo(sum);
    expect(countCases(repeated)).toBe(casesOf(repeated).length);
    expect(estimatePlan(repeated, new Map())).toBeNull();
  });

  test('is null where costs are not known', () => {
    expect(new Set(estimateCases(cases, new Map([['base', flat(10)]])).slice(0, 3))).toContain(null);
  });
});

describe('what remains', () => {
  const cases = casesOf(fakePlan());
  const estimates = cases.map(({ method }) => [100, 60, 50][method]);

  test.each([
    { name: 'nothing has run: the estimates', runs: [], left: 420 },
    { name: 'one method ran twice as long: all stretch', runs: [[0, 200]], left: 200 + 2 * 220 },
    {
      name: 'a method that ran counts with its own mean',
      runs: [
        [0, 200],
        [1, 60],
      ],
      left: 200 + 60 + 2 * 50 * (260 / 160),
    },
    { name: 'all has run', runs: [0, 1, 2, 3, 4, 5].map((number) => [number, 100]), left: 0 },
  ])('when $name', ({ runs, left }) => {
    const made = runs.map(([number, elapsedMs]) => fakeRun({ case: number, elapsedMs }));
    expect(remainingMs(cases, made, estimates)).toBeCloseTo(left);
  });

  test('is null where neither cost nor run tells', () => {
    expect(
      remainingMs(
        cases,
        [],
        cases.map(() => null),
      ),
    ).toBeNull();
  });
});
