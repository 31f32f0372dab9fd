import type { Template } from '@huggingface/jinja';

interface StripCall {
  callee: { readonly type: string; readonly object?: unknown; readonly value?: string };
  readonly args: unknown[];
}

/** What `strip`, `lstrip` and `rstrip` do in Python, by names that no template can spell. */
export const stripFunctions = {
  'strip()': (text: unknown, characters: unknown) => strip(text, characters, true, true),
  'lstrip()': (text: unknown, characters: unknown) => strip(text, characters, true, false),
  'rstrip()': (text: unknown, characters: unknown) => strip(text, characters, false, true),
};

/**
 * Makes a parsed template call `stripFunctions` where it names the characters to take off, as in `lstrip('\n')`: the
 * interpreter's own methods ignore them and take off all whitespace, which Qwen3's replies may begin with.
 */
export function useStripFunctions(node: Template['parsed'] | unknown): void {
  if (typeof node !== 'object' || node === null) return;
  for (const part of node instanceof Map ? [...node].flat() : Object.values(node)) useStripFunctions(part);
  const name = stripFunctionOf(node);
  if (name === null) return;
  const call = node as StripCall;
  call.args.unshift(call.callee.object);
  call.callee = { type: 'Identifier', value: name };
}

/** null for everything but a call of one of the methods with characters. */
function stripFunctionOf(node: object): keyof typeof stripFunctions | null {
  const { type, callee, args } = node as {
    readonly type?: unknown;
    readonly callee?: { readonly type: string; readonly property?: { readonly value?: unknown } };
    readonly args?: readonly unknown[];
  };
  if (type !== 'CallExpression' || callee?.type !== 'MemberExpression' || args?.length !== 1) return null;
  const name = `${callee.property?.value}()`;
  return Object.hasOwn(stripFunctions, name) ? (name as keyof typeof stripFunctions) : null;
}

function strip(text: unknown, characters: unknown, atStart: boolean, atEnd: boolean): string {
  if (typeof text !== 'string')
    throw new Error(`only a text can be stripped, not a value of type ${typeof text}`);
  // Python's default: whitespace.
  const taken = typeof characters === 'string' ? new Set(characters) : null;
  const isTaken = (character: string) => (taken ? taken.has(character) : character.trim() === '');
  const letters = [...text];
  let start = 0;
  let end = letters.length;
  while (atStart && start < end && isTaken(letters[start]!)) start += 1;
  while (atEnd && end > start && isTaken(letters[end - 1]!)) end -= 1;
  return letters.slice(start, end).join('');
}
