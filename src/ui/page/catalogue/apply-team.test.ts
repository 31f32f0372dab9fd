import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { validateDecodeRequest } from '../../../engine/decode-request.ts';
import { newChat } from '../../form/chat-form.ts';
import { applyPreset, presets } from '../../form/presets.ts';
import { initialForm, neededModels, toRequest } from '../../form/request-form.ts';
import { applyTeam } from './apply-team.ts';
import { readTeamCatalogue, type Team } from './team-catalogue.ts';

const { families } = readTeamCatalogue(
  JSON.parse(readFileSync(new URL('../../../../public/teams.json', import.meta.url), 'utf8')),
  'teams.json',
);
const teams = families.flatMap((family) => family.teams.map((team) => ({ family, team })));
const form = { ...initialForm(7), prompt: 'My own words', temperature: 0.8 };
const named = (id: string) => teams.find(({ team }) => team.id === id)!;

test.each(teams.map(({ team, family }) => [team.id, team, family] as const))(
  'a form with the team %s asks for its members, and keeps the reader’s words',
  (_, team, family) => {
    const applied = applyTeam(form, team, family);
    expect(neededModels(applied)).toEqual(team.members.map(({ model }) => model));
    const request = validateDecodeRequest(toRequest(applied));
    expect(request).toMatchObject({ prompt: 'My own words', seed: 7, sampling: { temperature: 0.8 } });
  },
);

test.each([
  ['story-two-worlds', { combine: { kind: 'weighted', weights: [0.5, 0.5] } }],
  ['story-contrast', { combine: { kind: 'contrastive', mu: 0.3, alpha: 0.1 } }],
  ['story-drafted', { target: 'story-base', drafter: { model: 'story-draft', draftLength: 6 } }],
])('%s makes the request it stands for', (id, method) => {
  const { team, family } = named(id);
  expect(toRequest(applyTeam(form, team, family)).method).toMatchObject(method);
});

test('weights of a geometric combination may be negative', () => {
  const { family } = named('story-two-worlds');
  const team: Team = {
    ...{ id: 'x', title: 'x', note: 'x', method: 'collaborative' },
    members: [
      { model: 'story-base', role: 'verifier' },
      { model: 'story-draft', role: 'amateur' },
    ],
    combine: { kind: 'geometric', weights: [1.5, -0.5] },
  };
  expect(toRequest(applyTeam(form, team, family)).method).toMatchObject({
    combine: { kind: 'geometric', weights: [1.5, -0.5] },
  });
});

test('a chat goes on where every member can talk, and ends where one cannot', () => {
  const chat = { ...form, chat: newChat };
  const [talking, telling] = [named('smollm2-360m-135m'), named('story-drafted')];
  expect(applyTeam(chat, talking.team, talking.family).chat).toBe(newChat);
  expect(applyTeam(chat, telling.team, telling.family).chat).toBeNull();
});

test.each(teams.map(({ team, family }) => [team.id, team, family] as const))(
  'the team %s follows no words that a preset brought',
  (_, team, family) => {
    const told = presets.find(({ title }) => title === 'Keep to what was told')!;
    const applied = applyTeam(applyPreset(form, told), team, family);
    expect(applied.prompt).toBe('My own words');
    expect(applied.team.members.map(({ prompt }) => prompt).join('')).toBe('');
  },
);
