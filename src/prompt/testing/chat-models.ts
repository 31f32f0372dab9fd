import { createTokenizer, type HfTokenizer } from '../../tokens/hf-tokenizer.ts';
import { readBundledJson } from '../../tokens/testing/bundled-tokenizer.ts';

/** ChatML, as SmolLM2 and Qwen2.5 have it: a system prompt of its own where none is given, no beginning of text. */
export const chatMl = `{% for message in messages %}
    {% if loop.first and message.role != 'system' %}
{{ '<|im_start|>system\\nYou are kind.<|im_end|>\\n' }}
    {%- endif %}
{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}
{%- endfor %}
{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`;

/** In the manner of Llama 3: writes the beginning of text itself and trims what people say. */
export const llama3 = `{{- bos_token }}
{%- if date_string is defined %}
    {{- '<|start_header_id|>system<|end_header_id|>\\n\\nToday: ' + date_string + '<|eot_id|>' }}
{%- endif %}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + message.content | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}`;

/** In the manner of Gemma: no system role, turns must alternate, the assistant is called "model". */
export const gemma = `{{ bos_token }}
{%- if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
{%- for message in messages %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception('Roles must alternate') }}
    {%- endif -%}
    {%- set role = 'model' if message['role'] == 'assistant' else message['role'] -%}
    {{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}`;

/** In the manner of Qwen3: earlier replies lose their thoughts, and a variable switches thinking off. */
export const thinking = `{%- for message in messages %}
    {%- set content = message.content.split('</think>')[-1].lstrip('\\n') if not loop.last else message.content %}
    {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}
{%- endif %}`;

const specialTexts = [
  '<|im_start|>',
  '<|im_end|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  '<|eot_id|>',
  '<start_of_turn>',
  '<end_of_turn>',
];

/**
 * The bundled tokenizer, which puts <|endoftext|> before every prompt, with the special tokens of the templates above.
 */
export function chatTokenizer(): HfTokenizer {
  const json = readBundledJson('tokenizer.json') as { added_tokens: object[] };
  const added = specialTexts.map((content, index) => ({
    ...json.added_tokens[0],
    id: 1846 + index,
    content,
  }));
  return createTokenizer(
    { ...json, added_tokens: [...json.added_tokens, ...added] },
    readBundledJson('tokenizer_config.json'),
  );
}

export const specialTokens = { bos_token: '<|endoftext|>', eos_token: '<|endoftext|>' };
