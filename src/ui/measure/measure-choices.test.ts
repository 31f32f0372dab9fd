import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTeamCatalogue } from '../page/catalogue/team-catalogue.ts';
import { namesIn, teamChoices } from './measure-choices.ts';

const file = new URL('../../../public/teams.json', import.meta.url);
const catalogue = readTeamCatalogue(JSON.parse(readFileSync(file, 'utf8')), 'teams.json');

test('teams that are downloaded can be chosen, with their size; those of the same models once', () => {
  const choices = teamChoices(catalogue);
  expect(choices.find(({ id }) => id === 'smollm2-360m-135m')).toMatchObject({
    title: 'SmolLM2: 360M, drafted by 135M',
    downloadBytes: 179_601_408 + 385_351_680,
    plan: {
      timed: ['HuggingFaceTB/SmolLM2-135M-Instruct:q4', 'HuggingFaceTB/SmolLM2-360M-Instruct:q4'],
    },
  });
  const models = choices.map(({ plan }) => plan.timed.join());
  expect(new Set(models).size).toBe(models.length);
  expect(models.filter((names) => names.includes('story-'))).toEqual([]);
});

test.each([
  ['story-draft', ['story-draft']],
  [' a/b:q4, c/d\n a/b:q4 ', ['a/b:q4', 'c/d']],
  [' ', []],
])('the names in %j', (text, names) => {
  expect(namesIn(text)).toEqual(names);
});
