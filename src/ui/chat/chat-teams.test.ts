import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { StoredModel } from '../../engine/engine-api.ts';
import type { Device } from '../page/catalogue/device-fit.ts';
import { readTeamCatalogue } from '../page/catalogue/team-catalogue.ts';
import { chatTeams, downloadText, suggestedTeam, teamDownload } from './chat-teams.ts';
import { publicHub } from './model-source.ts';

const catalogue = readTeamCatalogue(
  JSON.parse(readFileSync(new URL('../../../public/teams.json', import.meta.url), 'utf8')),
  'teams.json',
);
const teams = chatTeams(catalogue, publicHub);
const wasm: Device = { backend: 'wasm', hasShaderF16: false, deviceMemory: 8 };
const card: Device = { backend: 'webgpu', hasShaderF16: true, deviceMemory: null };
const [large, small] = ['HuggingFaceTB/SmolLM2-360M-Instruct', 'HuggingFaceTB/SmolLM2-135M-Instruct'];
const stored = (id: string, bytes: number, complete: boolean): StoredModel => ({
  ...{ id, bytes, complete, weights: [] },
});

test('every team has models that can talk, the one that answers first', () => {
  expect(teams.length).toBeGreaterThan(5);
  expect(teams.map(({ team }) => team.method)).not.toContain('collaborative');
  expect(teams[0]!.models.map(({ model }) => model)).toEqual([large, small]);
});

test.each([
  ['a computer', wasm, 'smollm2-360m-135m'],
  ['a graphics card', card, 'smollm2-360m-135m'],
  ['a small phone', { ...wasm, deviceMemory: 2 }, 'smollm2-135m'],
  ['what nothing fits', { ...wasm, deviceMemory: 0.25 }, 'smollm2-135m'],
])('%s is offered what it can take', (_, device, id) => {
  expect(suggestedTeam(teams, device)?.team.id).toBe(id);
});

test('models of a folder go by their addresses, in teams too', () => {
  const [first] = chatTeams(catalogue, { kind: 'folder', address: 'https://x.example/m/' });
  const names = [`https://x.example/m/${large}/`, `https://x.example/m/${small}/`];
  expect(first!.models.map(({ model }) => model)).toEqual(names);
  expect(first!.team.members.map(({ model }) => model)).toEqual(names);
});

test.each([
  ['nothing is here', [], 'Downloads about 565 MB once. The browser keeps it for the next visit.'],
  [
    'one is here, one in part',
    [stored(small!, 183e6, true), stored(large!, 100e6, false)],
    'Still to download: about 285 MB; 283 MB are here already.',
  ],
  [
    'all is here',
    [stored(small!, 183e6, true), stored(large!, 388e6, true)],
    'Stored on this device: nothing to download.',
  ],
])('where %s the download reads so', (_, models, text) => {
  expect(downloadText(teamDownload(teams[0]!, wasm, models))).toBe(text);
});

test('a graphics card takes smaller files, and what it would be without it is said', () => {
  const [withCard, without] = [card, wasm].map((device) => teamDownload(teams[0]!, device, []));
  expect(downloadText(withCard!, without!.leftBytes)).toBe(
    'Downloads about 388 MB (565 MB if the graphics card cannot be used) once. The browser keeps it for the next visit.',
  );
});
