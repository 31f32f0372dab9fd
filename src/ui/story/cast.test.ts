import { expect, test } from 'vitest';
import { initialForm, type RequestForm, toRequest } from '../form/request-form.ts';
import { addMember, changeMember, teamOf } from '../form/team-form.ts';
import { castOf } from './cast.ts';

const form = initialForm(7);
const titles = [
  { id: 'story-base', title: 'Story teller' },
  { id: 'story-fairy', title: 'Fairy-tale teller' },
];

test.each<readonly [string, Partial<RequestForm>, readonly string[]]>([
  ['members by letter', {}, ['A Fairy-tale teller', 'B story-space']],
  [
    'a fourth member',
    { team: addMember(addMember(form.team, 'story-base'), 'story-base') },
    ['A Fairy-tale teller', 'B story-space', 'C Story teller', 'D Story teller'],
  ],
  [
    'members of one model by what they have of their own',
    {
      team: changeMember(teamOf(['story-base', 'story-base']), 1, { temperature: 0.5, prompt: 'Long ago' }),
    },
    ['A Story teller', 'B Story teller, temperature 0.5, own prompt'],
  ],
  ['nobody where every model is asked', { team: { ...form.team, schedule: 'sequential' } }, []],
  ['nobody where a member writes on its own', { team: { ...form.team, schedule: 'mixture' } }, []],
  ['the draft model alone', { method: 'draft-model' }, ['B story-draft']],
  ['the look-up behind the only model', { method: 'ngram' }, ['B Look-up in the text']],
  ['nobody in plain decoding', { method: 'plain' }, []],
])('the cast names as proposers %s', (_title, change, expected) => {
  const proposers = castOf(toRequest({ ...form, ...change }), titles).filter(({ proposes }) => proposes);
  expect(proposers.map(({ letter, name }) => `${letter} ${name}`)).toEqual(expected);
});
