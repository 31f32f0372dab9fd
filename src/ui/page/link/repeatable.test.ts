import { expect, test } from 'vitest';
import type { DecodeResult } from '../../../engine/engine-api.ts';
import { newChat } from '../../form/chat-form.ts';
import { initialForm, toRequest } from '../../form/request-form.ts';
import { changeMember } from '../../form/team-form.ts';
import { continued, linkCaveat, repeatable } from './repeatable.ts';

const form = { ...initialForm(7), maxTokens: 50 };

function resultOf(given: Partial<DecodeResult>): DecodeResult {
  const method = { kind: 'collaborative', defaultProposer: 1 };
  return {
    seed: 7,
    request: { method },
    ...given,
  } as DecodeResult;
}

test('what the engine chose is asked for the next time', () => {
  expect(toRequest(repeatable(form, resultOf({}))).method).toMatchObject({ defaultProposer: 1 });
  expect(repeatable(form, null)).toBe(form);
});

const half = { text: ' a fox', tokens: 2, isShort: true };

test('a stopped text goes on with the tokens it had left, a full one with as many again', () => {
  expect(continued(form, half)).toMatchObject({ prompt: `${form.prompt} a fox`, maxTokens: 48, seed: 7 });
  expect(continued(form, { ...half, isShort: false }).maxTokens).toBe(50);
});

test('a reply that was stopped before its first token is asked for again, and not continued as an empty one', () => {
  const chat = { ...form, chat: newChat, prompt: 'Hello' };
  expect(continued(chat, { text: '', tokens: 0, isShort: true, tokenIds: [] })).toBe(chat);
  expect(continued(chat, { text: 'Hi', tokens: 1, isShort: true }).chat?.turns.at(-1)).toEqual({
    role: 'assistant',
    content: 'Hi',
  });
});

test("members' own prompts go on with the same text", () => {
  const own = { ...form, team: changeMember(form.team, 1, { prompt: 'In space' }) };
  expect(continued(own, half).team.members.map(({ prompt }) => prompt)).toEqual(['', 'In space a fox']);
});

test('a link says where it cannot write the same text', () => {
  expect(linkCaveat(form, [{}, {}])).toBeNull();
  expect(linkCaveat(form, [{}, { combine: { weights: [0.2, 0.8] } }])).toMatch(/Changes made during the run/);
});
