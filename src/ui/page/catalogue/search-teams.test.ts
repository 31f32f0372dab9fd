import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { searchTeams } from './search-teams.ts';
import { readTeamCatalogue } from './team-catalogue.ts';

const { families } = readTeamCatalogue(
  JSON.parse(readFileSync(new URL('../../../../public/teams.json', import.meta.url), 'utf8')),
  'teams.json',
);

const found = (query: string): string[] =>
  searchTeams(families, query).flatMap(({ models, teams }) => [
    ...models.map(({ model }) => model),
    ...teams.map(({ id }) => id),
  ]);

test.each([
  ['space', ['story-space', 'story-two-worlds']],
  ['SmolLM2 360m draft', ['HuggingFaceTB/SmolLM2-360M-Instruct', 'smollm2-360m-135m']],
  ['coder', ['onnx-community/Qwen2.5-Coder-0.5B-Instruct', 'qwen2.5-chat-and-code']],
  ['  gemma   amateur ', ['onnx-community/gemma-3-270m-it-ONNX']],
  ['ran here smol', ['HuggingFaceTB/SmolLM2-135M-Instruct']],
  ['nobody has this', []],
])('“%s” finds %j', (query, expected) => {
  expect(found(query)).toEqual(expected);
});

test('no words find everything', () => {
  expect(searchTeams(families, ' ')).toEqual(families);
});
