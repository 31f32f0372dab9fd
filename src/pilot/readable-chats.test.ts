import { expect, test } from 'vitest';
import type { PilotPrompt } from './pilot.ts';
import { refuseUnreadableChats } from './readable-chats.ts';
import { fakePlan } from './testing/fake-pilot.ts';

const chat: PilotPrompt = {
  ...{ text: 'user: Hello', id: null, line: 3 },
  messages: [{ role: 'user', content: 'Hello' }],
};
const prompt: PilotPrompt = { text: 'one', id: null, line: 1 };

const model = (id: string, hasChatTemplate: boolean) => ({ id, hasChatTemplate });

test.each([
  {
    name: 'the target',
    models: [model('base', false), model('draft', true)],
    message: /line 3: .* base has no/,
  },
  {
    name: 'the draft model',
    models: [model('base', true), model('draft', false)],
    message: /line 3: .* draft has no/,
  },
])('a chat that $name has no template for is refused by its line', ({ models, message }) => {
  expect(() => refuseUnreadableChats(fakePlan({ prompts: [prompt, chat] }), models)).toThrow(message);
});

test.each([
  { name: 'all can read it', prompts: [prompt, chat], models: [model('base', true), model('draft', true)] },
  { name: 'there is none', prompts: [prompt], models: [model('base', false), model('draft', false)] },
  { name: 'its models are not here yet', prompts: [chat], models: [model('other', false)] },
])('a chat is not refused where $name', ({ prompts, models }) => {
  expect(() => refuseUnreadableChats(fakePlan({ prompts }), models)).not.toThrow();
});

test('members with a prompt of their own need no template', () => {
  const plan = fakePlan({
    prompts: [chat],
    speculative: null,
    team: {
      members: [{ model: 'a' }, { model: 'b', prompt: 'In space' }],
      combines: [{ kind: 'weighted', weights: [1, 1] }],
      schedules: ['alternate'],
      draftLengths: [1],
    },
  });
  expect(() => refuseUnreadableChats(plan, [model('a', true), model('b', false)])).not.toThrow();
  expect(() => refuseUnreadableChats(plan, [model('a', false), model('b', true)])).toThrow('a has no chat');
});
