import { describe, expect, test } from 'vitest';
import type { EngineError } from '../errors/engine-error.ts';
import { ChatTemplate } from './chat-template.ts';
import { chatMl, gemma, llama3, specialTokens, thinking } from './testing/chat-models.ts';

/** `step` so many times, on a namespace that begins as `start`. */
const repeated = (start: string, times: number, step: string): string =>
  `{% set ns = namespace(${start}) %}{% for i in range(${times}) %}${step}{% endfor %}`;
/** 2^60 numbers that take the room of 60 lists. */
const shared = repeated('list=[1]', 60, '{% set ns.list = [ns.list, ns.list] %}');
/** 10 million letters. */
const long = repeated("text='aaaaaaaaaa'", 20, '{% set ns.text = ns.text ~ ns.text %}');

describe('a hostile chat template is the fault of the model, and ends', () => {
  test.each([
    ['a loop over a billion numbers', '{% for i in range(10**9) %}{% endfor %}'],
    ['a loop without an end', '{% for i in range(1 // 0) %}{% endfor %}'],
    [
      'loops inside loops',
      "{% for i in range(9999) %}{% for j in range(9999) %}{{ 'a'.upper() }}{% endfor %}{% endfor %}",
    ],
    ['a macro that calls itself', '{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}'],
    [
      'a macro that calls itself twice, a few levels deep',
      '{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}',
    ],
    ['a text that doubles', repeated("text='x'", 40, '{% set ns.text = ns.text ~ ns.text %}')],
    [
      'a block that doubles',
      repeated("t='x'", 40, '{% set u %}{{ ns.t }}{{ ns.t }}{% endset %}{% set ns.t = u %}'),
    ],
    ['a list that doubles', repeated('list=[1]', 40, '{% set ns.list = ns.list + ns.list %}')],
    ['lists that share their elements, written', `${shared}{{ ns.list }}`],
    [
      'lists that share their elements, compared',
      `${shared}${shared.replaceAll('ns', 'other')}{{ ns.list == other.list }}`,
    ],
    ['a namespace that holds itself', '{% set ns = namespace() %}{% set ns.a = ns %}{{ ns | tojson }}'],
    [
      'replacements that square a text',
      repeated("t='aaaaaaaaaa'", 9, "{% set ns.t = ns.t.replace('a', ns.t) %}"),
    ],
    [
      'the same by the method’s other name',
      repeated("t='aaaaaaaaaa'", 9, "{% set f = ns.t.replace %}{% set ns.t = f('a', ns.t) %}"),
    ],
    [
      'the same with unpacked arguments',
      repeated("t='aaaaaaaaaa'", 9, "{% set ns.t = ns.t | replace(*['a', ns.t]) %}"),
    ],
    ['a search through what is nearly alike', `${long}{{ (ns.text ~ 'b') in (ns.text ~ ns.text) }}`],
    ['a text in ten million pieces', `${long}{% set pieces = ns.text.split('a') %}`],
    ['a long text stripped often', `${long}{% for i in range(999) %}{{ ns.text.strip('a') }}{% endfor %}`],
    ['a list joined by a long text', `${long}{{ range(99999) | join(ns.text) }}`],
    ['a text repeated', "{{ 'ab' * 10**9 }}"],
    ['a list repeated', '{{ [1, 2] * 10**9 }}'],
    ['a text filled up', "{{ 'a'.center(10**9) }}{{ 'a'.zfill(10**9) }}"],
    ['a wide format', "{{ '%*d' % (10**9, 1) }}"],
    ['many slices', '{{ [1] | slice(10**9) | list }}'],
    ['a row filled up', '{{ [1] | batch(10**9, 0) | list }}'],
    ['power upon power', '{{ 10 ** 10 ** 10 }}'],
    ['a loop that calls itself', '{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}'],
    ['brackets without an end', `{{ ${'['.repeat(99_999)}`],
    ['members without an end', `{{ a${'.a'.repeat(99_999)} }}`],
    ['sums without an end', `{{ 1${'+ 1'.repeat(99_999)} }}`],
    ['filters without an end', `{{ 1${'|string'.repeat(99_999)} }}`],
    [
      'words joined without an end',
      `{% set x %}${'{{ 1 ~ 2 }}'.repeat(9)}{% endset %}${'{% if x %}'.repeat(9999)}`,
    ],
    ['a wide indent', "{{ 'a' | indent(10**8, true) }}"],
    ['a wide indent of a block', '{% filter indent(10**8, true) %}a{% endfilter %}'],
    ['a wide indent of JSON', '{{ [[1]] | tojson(indent=10**8) }}'],
    ['a long list sorted', '{{ range(999999) | reverse | sort | length }}'],
    ['parentheses without an end', `{{ ${'('.repeat(99_999)}`],
    ['blanks without an end', `${' '.repeat(999_999)}x`],
    ['a long text of its own', `${repeated("t='xxxx'", 14, '{% set ns.t = ns.t ~ ns.t %}')}{{ ns.t }}`],
    ['a megabyte and more', 'x'.repeat(2 ** 20 + 1)],
  ])('%s', (_name, source) => {
    const render = () => new ChatTemplate(source, {}).render([{ role: 'user', content: 'Hi' }], {}, true);
    expect(render).toThrow(
      expect.objectContaining<Partial<EngineError>>({
        code: 'model-unsupported',
        message: expect.stringMatching(/^the model's chat template .*Pass a prompt/s) as string,
      }),
    );
  });

  test('with a message that names the limit', () => {
    const loop = '{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}';
    expect(() => new ChatTemplate(loop, {}).render([], {}, true)).toThrow(
      /takes more than \d+ units of work, the limit here/,
    );
  });
});

test('a conversation of three million characters is within the budget', () => {
  const words = 'All the words that one can say. '.repeat(60);
  const conversation = Array.from({ length: 1500 }, (_, index) => ({
    role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content: words,
  }));
  for (const source of [chatMl, gemma, llama3, thinking]) {
    const text = new ChatTemplate(source, specialTokens).render(conversation, {}, true);
    expect(text.split(words.trim())).toHaveLength(1501);
  }
});
