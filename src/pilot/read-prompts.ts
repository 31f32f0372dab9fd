import * as v from 'valibot';
import { messagesSchema } from '../engine/request-schema.ts';
import { EngineError } from '../errors/engine-error.ts';
import { parseOrThrow } from '../errors/parse-or-throw.ts';
import { promptText } from '../prompt/prompt-text.ts';
import { readExpected } from './expected.ts';
import type { PilotPrompt } from './pilot.ts';

/** More would take days, and is more likely the wrong file. */
export const maxPrompts = 2000;

/**
 * Prompts from a file or a field: JSON Lines (`{"prompt": "…"}` or `{"messages": […]}`, with an optional `id` and what is
 * `expected`, or a string a line), or plain text, one prompt a line. It is JSON Lines where its first line is a JSON object or string.
 * Blank lines are skipped.
 * @throws EngineError `invalid-request`, naming the line
 */
export function readPrompts(text: string): readonly PilotPrompt[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, text: line }))
    .filter((line) => line.text.trim() !== '');
  const [first] = lines;
  if (!first)
    throw refused(null, 'no prompts found: write one prompt per line, or JSON Lines with {"prompt": "…"}');
  if (lines.length > maxPrompts) {
    throw refused(null, `${lines.length} prompts exceed the maximum of ${maxPrompts} per pilot`);
  }
  if (first.text.trimStart().startsWith('[') && isJson(text)) {
    throw refused(first.number, 'this is a JSON array: use JSON Lines, one prompt per line');
  }
  const hasJson = isJsonLines(first.text);
  return lines.map((line) => ({
    ...(hasJson ? promptOf(line) : { text: line.text, id: null }),
    line: line.number,
  }));
}

interface Line {
  /** Counted from 1, as editors do. */
  readonly number: number;
  readonly text: string;
}

/** A line of a story may begin with a quotation mark; none begins with a brace. */
function isJsonLines(first: string): boolean {
  return first.trimStart().startsWith('{') || (first.trimStart().startsWith('"') && isJson(first));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function promptOf({ number, text }: Line): PilotPrompt {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refused(number, `not valid JSON (${reason}), although the first line is`);
  }
  if (typeof value === 'string') return { text: value, id: null };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused(number, `this is ${kindOf(value)}: give a string or an object with "prompt" or "messages"`);
  }
  const { prompt, messages, expected, id, task_id: taskId } = value as Readonly<Record<string, unknown>>;
  const extra = { id: nameOf(id ?? taskId), ...expectedOf(number, expected) };
  if (prompt !== undefined && messages !== undefined) {
    throw refused(number, '"prompt" and "messages" cannot be combined: remove one');
  }
  if (messages !== undefined) return { ...chatOf(number, messages), ...extra };
  if (typeof prompt === 'string') return { text: prompt, ...extra };
  if (prompt !== undefined) throw refused(number, `"prompt" is ${kindOf(prompt)}: a string is needed`);
  const fields = Object.keys(value).slice(0, 6).join(', ');
  throw refused(number, `there is no field "prompt" or "messages" (there are: ${fields || 'none'})`);
}

function chatOf(line: number, value: unknown): Pick<PilotPrompt, 'text' | 'messages'> {
  const schema = v.object({ messages: messagesSchema });
  const { messages } = parseOrThrow(schema, { messages: value }, 'messages', ({ sentence }) =>
    refused(line, sentence),
  );
  return { text: promptText({ messages }), messages };
}

/** null, as datasets write what they lack, expects nothing. */
function expectedOf(line: number, value: unknown): Pick<PilotPrompt, 'expected'> {
  if (value === undefined || value === null) return {};
  const read = readExpected(value);
  if ('problem' in read) throw refused(line, `"expected": ${read.problem}`);
  return read;
}

const nameOf = (id: unknown): string | null =>
  typeof id === 'string' || typeof id === 'number' ? String(id) : null;

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a${/^[aeiou]/.test(typeof value) ? 'n' : ''} ${typeof value}`;
}

function refused(line: number | null, problem: string): EngineError {
  const message = line === null ? `prompts: ${problem}` : `prompts, line ${line}: ${problem}`;
  return new EngineError('invalid-request', message, { details: { field: 'prompts', line } });
}
