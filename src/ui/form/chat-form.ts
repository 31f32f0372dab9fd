import type { ChatMessage } from '../../prompt/chat-message.ts';

/** What the form holds of a conversation; the message to reply to is its prompt. */
export interface ChatForm {
  /** Empty: what the model's template brings. */
  readonly system: string;
  /** Earlier messages, without system prompts; replies with the tokens they were written with. */
  readonly turns: readonly ChatMessage[];
}

export const newChat: ChatForm = { system: '', turns: [] };

/**
 * The conversation that a reply is asked for.
 * @param message empty where the last turn, a reply, is to be continued
 */
export function messagesOf({ system, turns }: ChatForm, message: string): ChatMessage[] {
  const isContinued = message === '' && turns.at(-1)?.role === 'assistant';
  return [
    ...(system === '' ? [] : [{ role: 'system', content: system } as const]),
    ...turns,
    ...(isContinued ? [] : [{ role: 'user', content: message } as const]),
  ];
}
