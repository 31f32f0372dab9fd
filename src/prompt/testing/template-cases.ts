import { readFileSync } from 'node:fs';
import { EngineError } from '../../errors/engine-error.ts';
import type { ChatMessage } from '../chat-message.ts';
import { ChatTemplate } from '../chat-template.ts';
import { renderChat } from '../encode-chat.ts';

/** What Python made of a template: a text, the words that it raised, or the kind of fault that stopped it. */
type Expected = { readonly text: string } | { readonly raised: string } | { readonly fault: string };

interface SnippetFile {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly cases: readonly {
    readonly group: string;
    readonly template: string;
    readonly expected: Expected;
  }[];
}

interface ChatFile {
  readonly specialTokens: Readonly<Record<string, string>>;
  readonly variations: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly conversations: Readonly<Record<string, readonly ChatMessage[]>>;
  /** Sources by name, where they are no files of their own. */
  readonly templates?: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly template: string;
    readonly conversation: string;
    readonly variation: string;
    readonly expected: Expected;
  }[];
}

/** How one case went here. */
export interface Comparison {
  readonly group: string;
  readonly title: string;
  readonly expected: Expected;
  readonly seen: Expected;
  readonly verdict: 'equal' | 'different' | 'refused';
}

export const templateFolder = new URL('../../../conformance/templates/', import.meta.url);

const readJson = (file: URL): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** Compares each case of an expectation file of conformance/templates/make.py, of snippets or of chats. */
export function compareCases(file: URL): readonly Comparison[] {
  const json = readJson(file) as SnippetFile | ChatFile;
  return 'conversations' in json ? compareChats(json) : compareSnippets(json);
}

function compareSnippets({ variables, cases }: SnippetFile): readonly Comparison[] {
  return cases.map(({ group, template, expected }) =>
    compare(group, template, expected, () =>
      new ChatTemplate(template, {}).render([{ role: 'user', content: 'Hi' }], variables, false),
    ),
  );
}

function compareChats(file: ChatFile): readonly Comparison[] {
  const templates = new Map<string, ChatTemplate>();
  return file.cases.map(({ template, conversation, variation, expected }) => {
    const source =
      file.templates?.[template] ?? readFileSync(new URL(`models/${template}.jinja`, templateFolder), 'utf8');
    const parsed = templates.get(template) ?? new ChatTemplate(source, file.specialTokens);
    templates.set(template, parsed);
    const messages = file.conversations[conversation]!;
    const variables = file.variations[variation]!;
    return compare(template, `${conversation}, ${variation}`, expected, () =>
      renderChat({ messages, variables }, parsed),
    );
  });
}

function compare(group: string, title: string, expected: Expected, render: () => string): Comparison {
  const seen = outcomeOf(render);
  return { group, title, expected, seen, verdict: verdictOf(expected, seen) };
}

function outcomeOf(render: () => string): Expected {
  try {
    return { text: render() };
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
    if (cause.code === 'model-unsupported') return { fault: cause.message };
    const { reason } = cause.details as { readonly reason?: string };
    return reason === undefined ? { fault: 'continue' } : { raised: reason };
  }
}

function verdictOf(expected: Expected, seen: Expected): Comparison['verdict'] {
  if ('text' in expected) {
    if ('text' in seen) return seen.text === expected.text ? 'equal' : 'different';
    return 'fault' in seen && seen.fault !== 'continue' ? 'refused' : 'different';
  }
  if ('raised' in expected)
    return 'raised' in seen && seen.raised === expected.raised ? 'equal' : 'different';
  return 'fault' in seen && (seen.fault === 'continue') === (expected.fault === 'continue')
    ? 'equal'
    : 'different';
}
