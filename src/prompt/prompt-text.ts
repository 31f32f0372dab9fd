import type { ChatMessage } from './chat-message.ts';

/** What a request says before its text begins, in words for people: its prompt, or its messages, one a paragraph. */
export function promptText(request: {
  readonly prompt?: string | undefined;
  readonly messages?: readonly ChatMessage[] | undefined;
}): string {
  if (request.prompt !== undefined) return request.prompt;
  const messages = request.messages ?? [];
  const lines = messages.map(({ role, content }) => `${role}: ${content}`);
  return messages.at(-1)?.role === 'assistant' ? lines.join('\n\n') : [...lines, 'assistant: '].join('\n\n');
}
