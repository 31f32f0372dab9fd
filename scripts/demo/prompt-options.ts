import type { DecodeRequest } from '../../src/engine/request-types.ts';
import type { ChatMessage } from '../../src/prompt/chat-message.ts';

/** What a text continues: a prompt, or messages. */
export type PromptFields = Pick<DecodeRequest, 'prompt' | 'messages'>;

/** The options that say what the text continues, as they stand on the command line. */
export interface PromptOptions {
  readonly prompt?: string | undefined;
  readonly chat?: string | undefined;
  readonly system?: string | undefined;
}

/** `I=TEXT`, one for each time the option was given. */
export interface MemberPromptOptions {
  readonly prompts: readonly string[] | undefined;
  readonly chats: readonly string[] | undefined;
  readonly systems: readonly string[] | undefined;
}

/** Throws an Error that names the option. */
export function promptOf({ prompt, chat, system }: PromptOptions): PromptFields {
  if (chat === undefined) {
    if (system !== undefined) throw new Error('--system goes with --chat: a prompt is continued as it is');
    return { prompt: prompt ?? 'Once upon a time' };
  }
  if (prompt !== undefined) throw new Error('--prompt and --chat are both given; leave one of the two out');
  return { messages: messagesOf(system, chat) };
}

/**
 * Own prompts of members by their index. A system prompt alone goes with the message that all are asked.
 * Throws an Error that names the option.
 */
export function memberPromptsOf(
  { prompts, chats, systems }: MemberPromptOptions,
  count: number,
  common: PromptOptions,
): ReadonlyMap<number, PromptFields> {
  const promptOfMember = textsByMember('member-prompt', prompts, count);
  const chatOfMember = textsByMember('member-chat', chats, count);
  const systemOfMember = textsByMember('member-system', systems, count);
  const own = new Map<number, PromptFields>();
  for (const [member, prompt] of promptOfMember) {
    if (chatOfMember.has(member) || systemOfMember.has(member)) {
      throw new Error(
        `--member-prompt gives member ${member} a prompt, and another option messages; leave one out`,
      );
    }
    own.set(member, { prompt });
  }
  for (const member of new Set([...chatOfMember.keys(), ...systemOfMember.keys()])) {
    const chat = chatOfMember.get(member) ?? common.chat;
    if (chat === undefined) {
      throw new Error(
        `--member-system gives member ${member} a system prompt; --member-chat or --chat must ask something`,
      );
    }
    own.set(member, { messages: messagesOf(systemOfMember.get(member), chat) });
  }
  return own;
}

function messagesOf(system: string | undefined, chat: string): ChatMessage[] {
  const asked: ChatMessage = { role: 'user', content: chat };
  return system === undefined ? [asked] : [{ role: 'system', content: system }, asked];
}

function textsByMember(
  option: string,
  values: readonly string[] = [],
  count: number,
): ReadonlyMap<number, string> {
  const texts = new Map<number, string>();
  for (const value of values) {
    const [, index, text] = /^(\d+)=(.*)$/s.exec(value) ?? [];
    if (index === undefined || Number(index) >= count) {
      throw new Error(`--${option} is '${value}'; give i=TEXT, with a member i from 0 to ${count - 1}`);
    }
    if (texts.has(Number(index))) throw new Error(`--${option} gives member ${index} two texts`);
    texts.set(Number(index), text);
  }
  return texts;
}

/** `NAME=VALUE`, the value in JSON or, where it is none, a text; undefined stays undefined. */
export function templateVariablesOf(
  values: readonly string[] | undefined,
): Record<string, unknown> | undefined {
  return (
    values &&
    Object.fromEntries(
      values.map((value) => {
        const [, name, given] = /^(\w+)=(.*)$/s.exec(value) ?? [];
        if (name === undefined) throw new Error(`--template-variable is '${value}'; give NAME=VALUE`);
        return [name, jsonOrText(given)];
      }),
    )
  );
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
