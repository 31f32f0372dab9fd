import type { ChatMessage } from '../../prompt/chat-message.ts';
import { messagesOf, newChat } from './chat-form.ts';
import type { RequestForm } from './request-form.ts';

interface Reply {
  readonly text: string;
  /** Where they are known: a reply that lost its tokens is encoded anew. */
  readonly tokenIds?: readonly number[] | undefined;
}

/**
 * The form for the next turn: what was asked and replied has been said, by members with a message of their own too, and
 * the next message is still to be written. A reply that was continued is one.
 */
export function withReply(form: RequestForm, { text, tokenIds }: Reply): RequestForm {
  const chat = form.chat ?? newChat;
  const asked = messagesOf({ ...chat, system: '' }, form.prompt);
  const begun = asked.at(-1)?.role === 'assistant' ? asked.pop() : undefined;
  const earlierIds = begun ? begun.tokenIds : [];
  const reply: ChatMessage = {
    role: 'assistant',
    content: (begun?.content ?? '') + text,
    ...(earlierIds && tokenIds ? { tokenIds: [...earlierIds, ...tokenIds] } : {}),
  };
  const members = form.team.members.map((member) => ({ ...member, prompt: '' }));
  return {
    ...form,
    prompt: '',
    chat: { ...chat, turns: [...asked, reply] },
    team: { ...form.team, members },
  };
}
