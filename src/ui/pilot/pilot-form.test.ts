import { expect, test } from 'vitest';
import { criteriaPresets, noCriteria, presetOf } from '../../pilot/criteria.ts';
import { planPilot } from '../../pilot/plan.ts';
import { newChat } from '../form/chat-form.ts';
import { initialForm, type RequestForm } from '../form/request-form.ts';
import { changeMember } from '../form/team-form.ts';
import {
  criteriaFields,
  criteriaIn,
  initialPilotForm,
  makeSamePlan,
  type PilotForm,
  promptsIn,
  requireOwnModule,
  toPilotSettings,
} from './pilot-form.ts';

const page = { ...initialForm(3), topK: 40, stopLines: 'END' };
const prompts = { promptsText: 'one\ntwo' };

test('a form makes a plan of its methods, with the team, truncation and stop strings of the page', () => {
  const form: PilotForm = {
    ...{ ...initialPilotForm, ...prompts, draftLengths: '2; adaptive', drafters: ['ngram'] },
    ...{ schedules: ['mixture'], combineValues: '0.3 0.6', temperature: 0.7, seed: 9, maxTokens: 32 },
  };
  const { plan } = planPilot(toPilotSettings(form, page));
  expect(plan.prompts.map(({ text }) => text)).toEqual(['one', 'two']);
  expect(plan.request).toMatchObject({
    ...{ seed: 9, maxTokens: 32, stop: ['END'] },
    sampling: { temperature: 0.7, topK: 40 },
  });
  expect(plan.groups.map(({ title, methods }) => [title, ...methods.map((method) => method.title)])).toEqual([
    ['story-base', 'plain', 'n-gram look-up, γ = 2', 'n-gram look-up, γ = adaptive'],
    ['story-fairy × story-space, λ = 0.3 · 0.7', 'sequential', 'mixture'],
    ['story-fairy × story-space, λ = 0.6 · 0.4', 'sequential', 'mixture'],
  ]);
});

test('acceptance criteria come with the numbers of the page’s form', () => {
  const { acceptances } = toPilotSettings(
    { ...initialPilotForm, ...prompts, acceptances: ['coupled', 'lenient'] },
    { ...page, acceptance: { ...page.acceptance, leniency: 3 } },
  );
  expect(acceptances).toEqual([{ kind: 'coupled' }, { kind: 'lenient', leniency: 3 }]);
});

test.each([
  [{ promptsText: '' }, 'prompts: no prompts found'],
  [{ promptsText: '{"prompt":1}' }, 'prompts, line 1: "prompt" is a number'],
  [{ draftLengths: 'two' }, "draft lengths: 'two' is not a number"],
  [{ draftLengths: ' ' }, 'draft lengths: none given'],
  [{ teamDraftLengths: '' }, 'the team’s draft lengths: none given'],
  [{ combineValues: '0,5x' }, "λ or μ: '5x' is not a number"],
] as const)('%j is refused', (change, message) => {
  expect(() => toPilotSettings({ ...initialPilotForm, ...prompts, ...change }, page)).toThrow(message);
});

test('draft lengths of what is not picked are not asked for', () => {
  const form: PilotForm = { ...initialPilotForm, ...prompts, drafters: [], draftLengths: '' };
  expect(toPilotSettings(form, page).speculative?.drafters).toEqual([]);
});

test('one model is piloted with the target and the draft model of the page’s form', () => {
  const { speculative } = toPilotSettings(
    { ...initialPilotForm, ...prompts },
    { ...page, target: 'owner/large', draft: 'owner/small' },
  );
  expect(speculative).toMatchObject({ target: 'owner/large', draft: 'owner/small' });
});

test('members keep prompts of their own', () => {
  const team = changeMember(page.team, 1, { prompt: 'In space' });
  const { team: piloted } = toPilotSettings({ ...initialPilotForm, ...prompts }, { ...page, team });
  expect(piloted?.members.map(({ prompt }) => prompt)).toEqual([undefined, 'In space']);
});

test('a team whose members have messages of their own is not piloted, one model is', () => {
  const chat = { ...page, chat: newChat, team: changeMember(page.team, 1, { system: 'You are a cat.' }) };
  expect(() => toPilotSettings({ ...initialPilotForm, ...prompts }, chat)).toThrow(
    'team: a member has its own system prompt or message in the chat above',
  );
  const alone = toPilotSettings({ ...initialPilotForm, ...prompts, schedules: [] }, chat);
  expect(alone.speculative?.drafters).toEqual(['model']);
});

test('a criterion left empty asks for nothing', () => {
  const empty = Object.fromEntries(
    Object.keys(criteriaFields(noCriteria)).map((field) => [field, Number.NaN]),
  );
  expect(criteriaIn({ ...initialPilotForm, ...empty })).toEqual(noCriteria);
});

test('presets are the same numbers behind the fields', () => {
  for (const preset of Object.values(criteriaPresets)) {
    expect(criteriaIn({ ...initialPilotForm, ...criteriaFields(preset) })).toEqual(preset);
  }
  expect(presetOf(criteriaIn(initialPilotForm))).toBe('balanced');
});

test('what is typed into criteria and costs makes no other plan; whatever else does', () => {
  const changed = Object.entries(initialPilotForm).filter(([field, value]) => {
    const other = typeof value === 'number' ? value + 1 : `${value}x`;
    return makeSamePlan(initialPilotForm, { ...initialPilotForm, [field]: other });
  });
  expect(changed.map(([field]) => field).toSorted()).toEqual(
    [...Object.keys(criteriaFields(noCriteria)), 'costPerForward'].toSorted(),
  );
});

test('prompts are read again only when they change', () => {
  const form: PilotForm = { ...initialPilotForm, promptsText: '{"prompt":"one","expected":"two"}' };
  const read = promptsIn(form);
  expect(read).toMatchObject([{ text: 'one', expected: 'two' }]);
  expect(promptsIn({ promptsText: form.promptsText })).toBe(read);
  expect(promptsIn({ promptsText: 'one' })).toMatchObject([{ text: 'one' }]);
});

test('no pilot runs a combination of another site', () => {
  const withModule = (moduleUrl: string): RequestForm => ({
    ...page,
    team: { ...page.team, combination: 'custom', moduleUrl },
  });
  const check = (moduleUrl: string) => (): void =>
    requireOwnModule(initialPilotForm, withModule(moduleUrl), 'https://stories.example/page/');
  expect(check('https://evil.example/mix.js')).toThrow('https://evil.example is another site');
  expect(check('//evil.example/mix.js')).toThrow('is another site');
  expect(check('mix.js')).not.toThrow();
});
