import { expect, test } from 'vitest';
import { readPrompts } from './read-prompts.ts';

test.each([
  { name: 'plain lines', text: 'one\n\n  two \r\n', prompts: ['one', '  two '] },
  { name: 'objects', text: '{"prompt":"one","answer":1}\n{"prompt":""}', prompts: ['one', ''] },
  { name: 'strings', text: '"one"\n"t\\nwo"\n', prompts: ['one', 't\nwo'] },
  { name: 'strings and objects', text: '"one"\n{"prompt":"two"}', prompts: ['one', 'two'] },
  {
    name: 'a line of speech',
    text: '"Hello," she said.\n{a brace}',
    prompts: ['"Hello," she said.', '{a brace}'],
  },
  { name: 'a byte order mark', text: '\uFEFF{"prompt":"one"}', prompts: ['one'] },
  { name: 'a bracket that is no JSON', text: '[Scene one]', prompts: ['[Scene one]'] },
])('prompts of $name', ({ text, prompts }) => {
  expect(readPrompts(text).map((prompt) => prompt.text)).toEqual(prompts);
});

test('ids are kept, numbers too, and those of HumanEval', () => {
  const text = '{"id":7,"prompt":"a"}\n{"task_id":"HumanEval/0","prompt":"b"}\n{"id":{},"prompt":"c"}';
  expect(readPrompts(text).map(({ id }) => id)).toEqual(['7', 'HumanEval/0', null]);
});

test('a chat is its messages, told in words', () => {
  const messages = [
    { role: 'system', content: 'You are a cat.' },
    { role: 'user', content: 'Hello' },
  ];
  expect(readPrompts(`"one"\n\n${JSON.stringify({ id: 'c', messages })}`)).toEqual([
    { text: 'one', id: null, line: 1 },
    { text: 'system: You are a cat.\n\nuser: Hello\n\nassistant: ', id: 'c', messages, line: 3 },
  ]);
});

test('what is expected is kept as the line gives it', () => {
  const expected = [
    'Paris',
    ['Paris', 'Paris.'],
    { pattern: '^\\d+$', flags: 'i' },
    { choices: ['yes', 'no'], answer: 'yes' },
  ];
  const lines = [...expected, null].map((each) => JSON.stringify({ prompt: 'one', expected: each }));
  expect(readPrompts(lines.join('\n')).map((prompt) => prompt.expected)).toEqual([...expected, undefined]);
  const messages = [{ role: 'user', content: 'Hello' }];
  expect(readPrompts(JSON.stringify({ messages, expected: 'Hi' }))[0].expected).toBe('Hi');
});

test.each([
  ['{"prompt":"one"}\n{"prompt":"one","expected":7}', /^prompts, line 2: "expected": give a text, a list of/],
  ['{"prompt":"one","expected":{"pattern":"(a+)+"}}', /^prompts, line 1: "expected": the pattern could take/],
  ['{"messages":[]}', /^prompts, line 1: messages: a conversation has at least one message/],
  [
    '"one"\n{"messages":"Hello"}',
    /^prompts, line 2: messages must be a list of 1 to 10000 objects; it is "Hello"$/,
  ],
  [
    '{"messages":[{"role":"tool","content":""}]}',
    /^prompts, line 1: messages\.0\.role must be "system", "user" or "assistant"; it is "tool"$/,
  ],
  ['{"messages":[{"role":"user"}]}', /^prompts, line 1: messages\.0\.content is missing/],
  ['{"messages":[],"prompt":"one"}', /^prompts, line 1: "prompt" and "messages" cannot be combined/],
  ['', /^prompts: no prompts found/],
  [' \n\n', /^prompts: no prompts found/],
  ['{"prompt":"one"}\n\n{"prompt":', /^prompts, line 3: not valid JSON/],
  ['{"prompt":"one"}\ntwo', /^prompts, line 2: not valid JSON .*although the first line is/],
  ['{prompt: 1}', /^prompts, line 1: not valid JSON/],
  [
    '{"question":"one","answer":"two"}',
    /^prompts, line 1: there is no field "prompt" or "messages" \(there are: question, answer\)/,
  ],
  ['"one"\n{}', /^prompts, line 2: there is no field "prompt" or "messages" \(there are: none\)/],
  ['{"prompt":["one"]}', /^prompts, line 1: "prompt" is an array: a string is needed/],
  ['{"prompt":null}', /^prompts, line 1: "prompt" is null/],
  ['"one"\n3', /^prompts, line 2: this is a number/],
  ['[\n"one",\n"two"]', /^prompts, line 1: this is a JSON array/],
])('%j is refused by line', (text, message) => {
  expect(() => readPrompts(text)).toThrow(message);
});

test('too many are refused', () => {
  expect(() => readPrompts('x\n'.repeat(2001))).toThrow('2001 prompts exceed');
});
