import { describe, expect, test } from 'vitest';
import { validateDecodeRequest } from '../engine/decode-request.ts';
import { casesOf, modelsOf, type PilotSettings, planPilot } from './plan.ts';
import { settings } from './testing/fake-pilot.ts';

const team: PilotSettings['team'] = {
  members: [{ model: 'a' }, { model: 'b' }],
  combines: [
    { kind: 'weighted', weights: [0.3, 0.7] },
    { kind: 'weighted', weights: [0.5, 0.5] },
  ],
  schedules: ['alternate', 'mixture'],
  draftLengths: [1, 'adaptive'],
};

function titlesOf(change: Partial<PilotSettings>): Record<string, string[]> {
  const { groups } = planPilot({ ...settings, ...change }).plan;
  return Object.fromEntries(
    groups.map(({ title, methods }) => [title, methods.map((method) => method.title)]),
  );
}

describe('a plan', () => {
  test('calls models by the names that the reader knows', () => {
    const names = new Map([
      ['a', 'Ada'],
      ['b', 'Bea'],
      ['base', 'Base model'],
    ]);
    const { groups } = planPilot({ ...settings, team }, (id) => names.get(id) ?? id).plan;
    expect(groups.map(({ title }) => title)).toEqual([
      'Base model',
      'Ada × Bea, λ = 0.3 · 0.7',
      'Ada × Bea, λ = 0.5 · 0.5',
    ]);
  });

  test('has every combination of what was picked, each group behind its reference', () => {
    expect(titlesOf({ team, acceptances: [{ kind: 'exact' }, { kind: 'coupled' }] })).toEqual({
      base: [
        'plain',
        ...['draft model, γ = 2', 'draft model, γ = 2, coupled'],
        ...['draft model, γ = 4', 'draft model, γ = 4, coupled'],
      ],
      ...Object.fromEntries(
        ['a × b, λ = 0.3 · 0.7', 'a × b, λ = 0.5 · 0.5'].map((title) => [
          title,
          [
            'sequential',
            ...['alternate (CoS), γ = 1', 'alternate (CoS), γ = 1, coupled'],
            ...['alternate (CoS), γ = adaptive', 'alternate (CoS), γ = adaptive, coupled'],
            'mixture',
          ],
        ]),
      ),
    });
  });

  test('names every model once', () => {
    expect(modelsOf(planPilot({ ...settings, team }).plan)).toEqual(['base', 'draft', 'a', 'b']);
  });

  test('picks nothing twice', () => {
    const speculative = { target: 'base', draft: 'd', drafters: ['ngram'], draftLengths: [3, 3] } as const;
    expect(titlesOf({ speculative })).toEqual({ base: ['plain', 'n-gram look-up, γ = 3'] });
  });

  test.each([
    {
      name: 'at temperature 0',
      change: { request: { seed: 1, sampling: { temperature: 0 } } },
      says: 'temperature 0',
    },
    {
      name: 'of a contrastive team',
      change: { team: { ...team, combines: [{ kind: 'contrastive', mu: 0.1 }] } },
      says: 'requires a weighted combination',
    },
  ] as const)('leaves mixture out $name and says why', ({ change, says }) => {
    const { plan, leftOut } = planPilot({ ...settings, team, ...change } as PilotSettings);
    expect(plan.groups.at(-1)?.methods.map(({ title }) => title)).not.toContain('mixture');
    expect(new Set(leftOut.map(({ title }) => title))).toEqual(new Set(['mixture']));
    expect(leftOut[0].reason).toContain(says);
  });

  test.each([
    [{ prompts: [] }, 'prompts: none given'],
    [{ repeats: 0 }, 'repeats: 0 is out of range'],
    [{ speculative: null }, 'methods: nothing to compare'],
    [
      {
        team: { ...team, schedules: ['mixture'] },
        speculative: null,
        request: { seed: 1, sampling: { temperature: 0 } },
      },
      'methods: mixture: ',
    ],
    [{ request: { seed: 1, sampling: { temperature: -1 } } }, 'sampling.temperature'],
    [{ team: { ...team, draftLengths: [0] } }, 'method.draftLength'],
    [{ acceptances: [{ kind: 'lenient', leniency: 0.5 }] }, 'leniency'],
  ] as [Partial<PilotSettings>, string][])('is refused with %j', (change, message) => {
    expect(() => planPilot({ ...settings, ...change })).toThrow(message);
  });
});

describe('cases', () => {
  const { plan } = planPilot({ ...settings, team, repeats: 2 });
  const cases = casesOf(plan);
  const count = plan.groups.reduce((sum, { methods }) => sum + methods.length, 0);

  test('are each method once in each cell, and valid', () => {
    expect(cases.length).toBe(2 * 2 * count);
    const places = cases.map(({ prompt, repeat, group, method }) => `${prompt} ${repeat} ${group} ${method}`);
    expect(new Set(places).size).toBe(cases.length);
    for (const [index, each] of cases.entries()) {
      expect(each.number).toBe(index);
      expect(validateDecodeRequest(each.request).prompt).toBe(plan.prompts[each.prompt].text);
    }
  });

  test('finish a cell before the next, with a seed of its own', () => {
    for (let cell = 0; cell < 4; cell++) {
      const own = cases.slice(cell * count, (cell + 1) * count);
      expect(new Set(own.map(({ request }) => request.seed))).toEqual(new Set([5 + cell]));
      expect(new Set(own.map(({ prompt, repeat }) => `${prompt} ${repeat}`)).size).toBe(1);
    }
  });

  test('go there and back, and each pair of cells begins with another method', () => {
    const orders = [0, 1, 2, 3].map((cell) =>
      cases.slice(cell * count, (cell + 1) * count).map(({ group, method }) => `${group} ${method}`),
    );
    expect(orders[1]).toEqual(orders[0].toReversed());
    expect(orders[3]).toEqual(orders[2].toReversed());
    expect(orders[2][0]).toBe(orders[0][1]);
  });
});
