import { expect, test } from 'vitest';
import { messagesOf, newChat } from './chat-form.ts';
import { initialForm, type RequestForm, toRequest } from './request-form.ts';
import { changeMember } from './team-form.ts';
import { withReply } from './with-reply.ts';

const form: RequestForm = {
  ...initialForm(7),
  method: 'plain',
  prompt: 'Hello',
  chat: { ...newChat, system: 'Be brief.' },
};
const system = { role: 'system', content: 'Be brief.' };
const hello = { role: 'user', content: 'Hello' };

test('a conversation begins with its system prompt, where it has one', () => {
  expect(toRequest(form).messages).toEqual([system, hello]);
  expect(messagesOf(newChat, '')).toEqual([{ role: 'user', content: '' }]);
});

test('the next turn stands behind the reply, which keeps its tokens', () => {
  const next = withReply(form, { text: 'Hi.', tokenIds: [1, 2] });
  const reply = { role: 'assistant', content: 'Hi.', tokenIds: [1, 2] };
  const request = toRequest({ ...next, prompt: 'And?' });
  expect(request.messages).toEqual([system, hello, reply, { role: 'user', content: 'And?' }]);
});

test('without a message the reply goes on, and stays one message', () => {
  const begun = withReply(form, { text: 'Hi', tokenIds: [1] });
  expect(toRequest(begun).messages?.at(-1)).toMatchObject({ role: 'assistant', content: 'Hi' });
  const whole = withReply(begun, { text: ' there.', tokenIds: [2] });
  expect(whole.chat?.turns).toEqual([hello, { role: 'assistant', content: 'Hi there.', tokenIds: [1, 2] }]);
  expect(withReply(begun, { text: '!' }).chat?.turns.at(-1)).not.toHaveProperty('tokenIds');
});

test('a message of a member’s own is said once', () => {
  const own = { ...form, team: changeMember(form.team, 0, { prompt: 'Who?', system: 'A cat.' }) };
  expect(withReply(own, { text: 'Hi' }).team.members[0]).toMatchObject({ prompt: '', system: 'A cat.' });
});
