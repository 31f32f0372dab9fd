import { EngineError } from '../errors/engine-error.ts';
import { Detokeniser } from '../tokens/detokeniser.ts';
import { type TokenId, tokenId } from '../tokens/token-id.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { Chat, ChatMessage } from './chat-message.ts';
import type { ChatTemplate } from './chat-template.ts';

/**
 * The tokens that a reply to the conversation follows: messages -> template -> text -> ids. Special tokens that the
 * rendered text spells are encoded as such, in the users' own words too, and the tokenizer adds none: a template
 * writes its own beginning of text.
 *
 * A conversation that ends with a message of the assistant is continued inside that message.
 * @throws EngineError `invalid-request`, `model-unsupported`, as ChatTemplate.render
 */
export function encodeChat(chat: Chat, template: ChatTemplate, tokenizer: Tokenizer): readonly TokenId[] {
  const text = renderChat(chat, template);
  const ids: TokenId[] = [];
  let encodedLength = 0;
  const encodeUpTo = (end: number): readonly TokenId[] =>
    tokenizer.encode(text.slice(encodedLength, end), { addSpecial: false });
  const append = (next: readonly TokenId[]): void => {
    // A stop string may have ended the reply with the very token that the template ends it with.
    const last = ids.at(-1);
    if (last !== undefined && last === next[0] && tokenizer.bytesOf(last)?.length === 0) ids.pop();
    ids.push(...next);
  };
  for (const { start, message } of writtenReplies(chat, template, text)) {
    const before = encodeUpTo(start);
    const reply = (message.tokenIds ?? []).map(tokenId);
    if (!spells(reply, message.content, [...ids, ...before], tokenizer)) continue;
    append(before);
    ids.push(...reply);
    encodedLength = start + message.content.length;
  }
  append(encodeUpTo(text.length));
  return ids;
}

/**
 * Stands behind the message that is continued while the template renders it, so that its end is known wherever its words
 * occur. The same text as in transformers, which templates may look at; a template that trims takes the space off.
 */
const endMark = 'CONTINUE_FINAL_MESSAGE_TAG ';

/**
 * The conversation up to where a reply begins, or, where its last message is the assistant's, to that message's end as
 * transformers finds it with `continue_final_message=True`.
 */
export function renderChat({ messages, variables }: Chat, template: ChatTemplate): string {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return template.render(messages, variables, true);
  const marked = { role: last.role, content: last.content + endMark };
  const text = template.render([...messages.slice(0, -1), marked], variables, false);
  const end = text.lastIndexOf(endMark.trimEnd());
  if (end < 0 || !text.includes(last.content.trim())) {
    throw new EngineError(
      'invalid-request',
      'messages: the last message cannot be continued, because the chat template changes its text: remove it, or end with a user message',
      { details: { field: 'messages' } },
    );
  }
  const continued = text.slice(0, end);
  return text.startsWith(endMark, end) ? continued : continued.trimEnd();
}

interface WrittenReply {
  /** Where its content begins in the rendered text. */
  readonly start: number;
  readonly message: ChatMessage;
}

/** Replies that bring their tokens and stand in the text right behind the prompt they were written after. */
function writtenReplies({ messages, variables }: Chat, template: ChatTemplate, text: string): WrittenReply[] {
  return messages.flatMap((message, index) => {
    if (message.role !== 'assistant' || !message.tokenIds?.length) return [];
    const prompt = template.render(messages.slice(0, index), variables, true);
    return text.startsWith(prompt + message.content) ? [{ start: prompt.length, message }] : [];
  });
}

/** True where the ids, behind `context`, decode to `text`, with its special tokens or without them. */
function spells(
  ids: readonly TokenId[],
  text: string,
  context: readonly TokenId[],
  tokenizer: Tokenizer,
): boolean {
  return [false, true].some((keepSpecial) => {
    const detokeniser = new Detokeniser(tokenizer, context, keepSpecial);
    return ids.map((id) => detokeniser.append(id).text).join('') + detokeniser.finish() === text;
  });
}
