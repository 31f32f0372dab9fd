import { expect, test } from 'vitest';
import { moduleRefusal } from './custom-module.ts';
import { refusalOf } from './refusal.ts';
import { initialForm, type RequestForm } from './request-form.ts';
import { addMember, changeMember, type TeamForm } from './team-form.ts';

const form = initialForm(7);
const withTeam = (change: Partial<TeamForm>): RequestForm => ({ ...form, team: { ...form.team, ...change } });

test('a form that can run is not refused', () => {
  expect(refusalOf(form)).toBeNull();
});

test.each<readonly [string, RequestForm, string, RegExp]>([
  [
    'contrastive with three members',
    withTeam({ ...addMember(form.team, 'story-base'), combination: 'contrastive' }),
    'method.members',
    /^contrastive needs exactly two members/,
  ],
  [
    'mixture with a product',
    withTeam({ schedule: 'mixture', combination: 'geometric' }),
    'method.schedule',
    /^mixture requires a weighted combination/,
  ],
  [
    'mixture with a lossy criterion',
    { ...withTeam({ schedule: 'mixture' }), acceptance: { ...form.acceptance, kind: 'typical' } },
    'method.schedule',
    /^mixture never verifies/,
  ],
  [
    'mixture at temperature 0',
    { ...withTeam({ schedule: 'mixture' }), temperature: 0 },
    'method.schedule',
    /^mixture cannot decode greedily/,
  ],
  [
    'an empty weight',
    withTeam({ ...changeMember(form.team, 1, { exponent: Number.NaN }), combination: 'geometric' }),
    'method.combine.weights.1',
    /NaN/,
  ],
  ['top-p out of range', { ...form, topP: 3 }, 'sampling.topP', /3/],
])('%s is refused in the engine’s words, with the field apart', (_title, refused, field, reason) => {
  expect(refusalOf(refused)).toEqual({ field, reason: expect.stringMatching(reason) });
});

test.each([
  ['combine.js', null],
  ['/elsewhere/combine.js?v=2', null],
  ['https://antiphon.example:8080/combine.js', null],
  ['https://another.example/combine.js', /https:\/\/another\.example is another site/],
  ['//another.example/combine.js', /is another site/],
  ['data:text/javascript,export const probabilities = 1', /is another site/],
  ['https://', /is not a valid URL/],
  [' ', /Name a module/],
])('a page may load the module %j: %o', (url, refusal) => {
  const told = moduleRefusal(url, 'https://antiphon.example:8080/page/');
  if (refusal === null) expect(told).toBeNull();
  else expect(told).toMatch(refusal);
});
