import { describe, expect, test } from 'vitest';
import type { ChatMessage } from './chat-message.ts';
import { ChatTemplate } from './chat-template.ts';
import { findChatTemplate, hasChatTemplate } from './find-chat-template.ts';
import { chatMl, gemma, llama3, specialTokens, thinking } from './testing/chat-models.ts';

const system: ChatMessage = { role: 'system', content: 'Be brief.' };
const hello: ChatMessage = { role: 'user', content: ' Hello! ' };
const reply: ChatMessage = { role: 'assistant', content: 'Hi.' };

const rendered = (
  source: string,
  messages: readonly ChatMessage[],
  variables: Record<string, unknown> = {},
): string => new ChatTemplate(source, specialTokens).render(messages, variables, true);

describe('a conversation is rendered', () => {
  test.each([
    {
      name: 'as ChatML, with the system prompt that the template brings',
      source: chatMl,
      messages: [hello],
      text: '<|im_start|>system\nYou are kind.<|im_end|>\n<|im_start|>user\n Hello! <|im_end|>\n<|im_start|>assistant\n',
    },
    {
      name: 'as ChatML, with a system prompt of its own',
      source: chatMl,
      messages: [system, hello, reply, hello],
      text: '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n Hello! <|im_end|>\n<|im_start|>assistant\nHi.<|im_end|>\n<|im_start|>user\n Hello! <|im_end|>\n<|im_start|>assistant\n',
    },
    {
      name: 'in the manner of Llama 3',
      source: llama3,
      messages: [system, hello],
      text: '<|endoftext|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHello!<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
    },
    {
      name: 'in the manner of Gemma',
      source: gemma,
      messages: [hello, reply, hello],
      text: '<|endoftext|><start_of_turn>user\nHello!<end_of_turn>\n<start_of_turn>model\nHi.<end_of_turn>\n<start_of_turn>user\nHello!<end_of_turn>\n<start_of_turn>model\n',
    },
  ])('$name', ({ source, messages, text }) => {
    expect(rendered(source, messages)).toBe(text);
  });

  test('with variables that the template knows', () => {
    expect(rendered(llama3, [hello], { date_string: '26 Jul 2024' })).toContain(
      'Today: 26 Jul 2024<|eot_id|>',
    );
    const prompt = '<|im_start|>user\n Hello! <|im_end|>\n<|im_start|>assistant\n';
    expect(rendered(thinking, [hello])).toBe(prompt);
    expect(rendered(thinking, [hello], { enable_thinking: false })).toBe(`${prompt}<think>\n\n</think>\n\n`);
  });

  test('with the indentation of code behind a thought, in an earlier reply', () => {
    const code: ChatMessage = { role: 'assistant', content: '<think>\nok\n</think>\n\n    return x\n' };
    expect(rendered(thinking, [hello, code, hello])).toContain(
      '<|im_start|>assistant\n    return x\n<|im_end|>',
    );
  });

  test.each([
    ['CR and LF', '\r\n'],
    ['CR alone', '\r'],
  ])('as from line feeds where its lines end with %s', (_, lineEnd) => {
    const text = rendered(chatMl, [system, hello]);
    expect(rendered(chatMl.replaceAll('\n', lineEnd), [system, hello])).toBe(text);
  });

  test.each(['tools', 'documents'])('with %s none where none are given', (name) => {
    const source = `{{ ${name} is none }} {{ ${name} is defined }}{% if ${name} %} {{ ${name}[0].id }}{% endif %}`;
    expect(rendered(source, [hello])).toBe('True True');
    expect(rendered(source, [hello], { [name]: [{ id: 7 }] })).toBe('False True 7');
  });

  test('with the names of speakers, where a message has one', () => {
    const source =
      '{% for message in messages %}{{ message.name if message.name is defined else message.role }}: {{ message.content }}\n{% endfor %}';
    expect(rendered(source, [{ ...hello, name: 'Ann' }, reply])).toBe('Ann:  Hello! \nassistant: Hi.\n');
  });

  test('and no variable stands in for the messages', () => {
    expect(rendered(gemma, [hello], { messages: [], add_generation_prompt: false })).toContain('Hello!');
  });
});

describe('refused', () => {
  test.each([
    ['a system prompt where the model knows none', [system, hello], 'System role not supported'],
    ['two messages of one side', [hello, hello], 'Roles must alternate'],
  ])("%s, in the template's own words", (_, messages, words) => {
    expect(() => rendered(gemma, messages)).toThrow(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringContaining(words) }),
    );
  });

  test.each([
    [
      'cannot be parsed',
      'a\n{% for message in %}',
      'line 2: an expression is expected, not "%}"; the line is {% for',
    ],
    ['has an open block', 'a\n{% if a %}\n{% else %}', 'line 2: {% if %} has no {% endif %}'],
    ['has an unknown tag', '{% do x.append(1) %}', 'line 1: there is no tag {% do %}'],
    ['needs other templates', "\r\n{% include 'a' %}", 'line 2: the tag {% include %} is not supported here'],
    ['has an unknown filter', '\n\n{{ messages\n | nofilter }}', 'line 4: there is no filter "nofilter"'],
    [
      'has a filter that is not supported',
      '{{ messages | pprint }}',
      'the filter "pprint" is not supported here',
    ],
    [
      'has a method that is not supported',
      "{{ 'a'.encode() }}",
      'the method "encode" of a value of type str is not',
    ],
    [
      'would change a list',
      '{% set _ = messages.append(1) %}',
      'the method "append" of a value of type list is not',
    ],
    [
      'adds what cannot be added',
      "a\n{{ 'a' + 1 }}",
      'line 2: "+" does not take str and int; the line is {{ \'a\' + 1 }}',
    ],
    ['reads what does not exist', '{{ messages[0].tool.name }}', 'a value of type dict has no member "tool"'],
    [
      'fails in a macro',
      '{% macro m() %}\n{{ 1 // 0 }}{% endmacro %}\n{{ m() }}',
      'line 2: "//" divides by zero',
    ],
  ])('a template that %s, as the fault of the model with the line', (_, source, words) => {
    expect(() => rendered(source, [hello])).toThrow(
      expect.objectContaining({ code: 'model-unsupported', message: expect.stringContaining(words) }),
    );
  });
});

describe('the template of a model', () => {
  const render = (config: unknown, file: Parameters<typeof findChatTemplate>[1] = null) =>
    findChatTemplate(config, file)?.render([hello], {}, false) ?? null;

  test.each([
    ['is that of its own file', { chat_template: 'a' }, { kind: 'jinja', text: 'b' }, 'b'],
    ['is the tokenizer’s', { chat_template: 'a' }, { kind: 'json', json: { chat_template: 'c' } }, 'a'],
    ['is that of an older export', {}, { kind: 'json', json: { chat_template: 'c' } }, 'c'],
    [
      'is the default one of several',
      {
        chat_template: [
          { name: 'tool_use', template: 't' },
          { name: 'default', template: 'd' },
        ],
      },
      null,
      'd',
    ],
    [
      'is the first where none is the default',
      { chat_template: [{ name: 'rag', template: 'r' }] },
      null,
      'r',
    ],
    ['is none without any', { bos_token: '<s>' }, null, null],
    ['is none in a list without entries', { chat_template: [] }, null, null],
  ] as const)('%s', (_, config, file, text) => {
    expect(render(config, file)).toBe(text);
    expect(hasChatTemplate(config)).toBe(render(config) !== null);
  });

  test('knows the special tokens by name, whether they are texts or objects', () => {
    const config = {
      chat_template: '{{ bos_token + eos_token + boi_token }}{% if pad_token is defined %}pad{% endif %}',
      bos_token: '<s>',
      eos_token: { content: '</s>', special: true },
      pad_token: null,
      extra_special_tokens: { boi_token: '<image>' },
    };
    expect(render(config)).toBe('<s></s><image>');
  });
});
