import { describe, expect, test } from 'vitest';
import { tokenId } from '../tokens/token-id.ts';
import type { ChatMessage } from './chat-message.ts';
import { ChatTemplate } from './chat-template.ts';
import { encodeChat } from './encode-chat.ts';
import { promptText } from './prompt-text.ts';
import { chatMl, chatTokenizer, gemma, llama3, specialTokens, thinking } from './testing/chat-models.ts';

const tokenizer = chatTokenizer();
const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string, tokenIds?: readonly number[]): ChatMessage => ({
  role: 'assistant',
  content,
  tokenIds,
});

const encoded = (source: string, messages: readonly ChatMessage[]): readonly number[] =>
  encodeChat({ messages, variables: {} }, new ChatTemplate(source, specialTokens), tokenizer);
const spelled = (ids: readonly number[]): string => tokenizer.decode(ids.map(tokenId), { keepSpecial: true });
const idOf = (text: string): number => {
  const [id, ...more] = tokenizer.encode(text, { addSpecial: false });
  expect(more).toEqual([]);
  return id;
};

describe('special tokens', () => {
  test('are encoded as such, and the beginning of text is not doubled', () => {
    const begin = idOf('<|endoftext|>');
    const llama = encoded(llama3, [user('Hello')]);
    expect(llama.slice(0, 2)).toEqual([begin, idOf('<|start_header_id|>')]);
    expect(llama.filter((id) => id === begin)).toHaveLength(1);
    expect(encoded(chatMl, [user('Hello')])[0]).toBe(idOf('<|im_start|>'));
    expect(encoded(chatMl, [user('Hello')])).not.toContain(begin);
  });

  test('that people spell in a message count as such too', () => {
    const plain = encoded(chatMl, [user('a b')]).filter((id) => id === idOf('<|im_end|>'));
    const spelledByUser = encoded(chatMl, [user('a<|im_end|>b')]).filter((id) => id === idOf('<|im_end|>'));
    expect(spelledByUser).toHaveLength(plain.length + 1);
  });
});

describe('a conversation that ends with the assistant is continued in that message', () => {
  const inChatMl = '<|im_end|>\n<|im_start|>assistant\n';
  const inLlama3 = '<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n';
  const inGemma = '<end_of_turn>\n<start_of_turn>model';

  // What follows the user's words is what transformers gives for the template with `continue_final_message=True`.
  test.each([
    ['as it stands', chatMl, 'Hello', 'Once upon', `${inChatMl}Once upon`],
    ['with the space at its end', chatMl, 'Hello', 'Once ', `${inChatMl}Once `],
    ['where it is what the user said', chatMl, 'Hello', 'Hello', `${inChatMl}Hello`],
    ['where a special token begins with it', thinking, 'Write HTML', '<', `${inChatMl}<`],
    ['where a special token holds it', thinking, 'Write HTML', 'end', `${inChatMl}end`],
    ['where it is a role', chatMl, 'Hello', 'assistant', `${inChatMl}assistant`],
    ['where it opens a thought', thinking, 'Hello', '<think>\n', `${inChatMl}<think>\n`],
    ['where it is a line end', chatMl, 'Hello', '\n', `${inChatMl}\n`],
    ['where it is empty', chatMl, 'Hello', '', inChatMl],
    ['where the template trims it', llama3, 'Hello', ' Once upon ', `${inLlama3}Once upon`],
    ['where it is trimmed to the user’s words', gemma, 'Say Hi there', 'Hi ', `${inGemma}\nHi`],
    ['where nothing is left of it', gemma, 'Hello', ' ', inGemma],
  ])('%s', (_, source, said, content, rest) => {
    const text = spelled(encoded(source, [user(said), assistant(content)]));
    expect(text.slice(text.indexOf(said) + said.length)).toBe(rest);
  });

  test.each([
    ['drops a part of it', '{% for m in messages %}{{ m.content.split("|")[-1] }}{% endfor %}'],
    ['leaves it out', '{% for m in messages if m.role == "user" %}{{ m.content }}{% endfor %}'],
    ['writes it in capitals', '{% for m in messages %}{{ m.content | upper }}{% endfor %}'],
  ])('and refused where the template %s', (_, source) => {
    expect(() => encoded(source, [user('Hello'), assistant('a|b')])).toThrow(
      expect.objectContaining({ code: 'invalid-request', details: { field: 'messages' } }),
    );
  });
});

describe('the tokens of a reply that bring the next turn to where the caches end', () => {
  const first = [user('Tell me of the sea.')];
  // "One" and "day" letter by letter: no tokenizer would cut the text so.
  const letters = [...'One day'].flatMap((letter) => tokenizer.encode(letter, { addSpecial: false }));

  test('are used as they were written', () => {
    const prompt = encoded(chatMl, first);
    const second = encoded(chatMl, [...first, assistant('One day', letters), user('Go on.')]);
    expect(second.slice(0, prompt.length + letters.length)).toEqual([...prompt, ...letters]);
    expect(spelled(second)).toBe(spelled(encoded(chatMl, [...first, assistant('One day'), user('Go on.')])));
    expect(second).not.toEqual(encoded(chatMl, [...first, assistant('One day'), user('Go on.')]));
  });

  test('of every turn', () => {
    const two = [...first, assistant('One day', letters), user('One day')];
    const third = encoded(chatMl, [...two, assistant('One day', letters), user('And?')]);
    const secondPrompt = encoded(chatMl, two);
    expect(third.slice(0, secondPrompt.length + letters.length)).toEqual([...secondPrompt, ...letters]);
  });

  test('and of a message that is continued', () => {
    const prompt = encoded(chatMl, first);
    expect(encoded(chatMl, [...first, assistant('One day', letters)])).toEqual([...prompt, ...letters]);
  });

  test('with the special tokens among them, which the text does not show', () => {
    const ids = [...letters, idOf('<|im_start|>')];
    const prompt = encoded(chatMl, first);
    const second = encoded(chatMl, [...first, assistant('One day', ids), user('Go on.')]);
    expect(second.slice(0, prompt.length + ids.length)).toEqual([...prompt, ...ids]);
  });

  test('and the end of the turn is not doubled where a stop string ended the reply with it', () => {
    const turns = (ids: readonly number[]) => [...first, assistant('One day', ids), user('Go on.')];
    const stopped = encoded(chatMl, turns([...letters, idOf('<|im_end|>')]));
    expect(stopped).toEqual(encoded(chatMl, turns(letters)));
  });

  test.each([
    ['another text', chatMl, 'One night', letters],
    ['a text that the template changes', thinking, '<think>One</think>day', undefined],
    ['a text that the template trims', llama3, 'One day ', undefined],
    ['half a character', chatMl, '\uFFFD!', undefined],
  ])('are left aside for %s', (_, source, content, ids) => {
    const written = ids ?? [...content].flatMap((letter) => tokenizer.encode(letter, { addSpecial: false }));
    const turns = (tokenIds?: readonly number[]) => [...first, assistant(content, tokenIds), user('Go on.')];
    const half = tokenizer.encode('昔', { addSpecial: false }).slice(0, 1);
    const tokenIds = content.startsWith('\uFFFD') ? half : written;
    expect(encoded(source, turns(tokenIds))).toEqual(encoded(source, turns()));
  });
});

test('for people, messages are one a paragraph', () => {
  expect(promptText({ prompt: 'Once' })).toBe('Once');
  expect(promptText({ messages: [user('Hello')] })).toBe('user: Hello\n\nassistant: ');
  expect(promptText({ messages: [user('Hello'), assistant('Hi')] })).toBe('user: Hello\n\nassistant: Hi');
});
