import * as v from 'valibot';
import { ChatTemplate } from './chat-template.ts';

const NamedTemplateSchema = v.object({ name: v.string(), template: v.string() });
const TemplateFieldSchema = v.union([v.string(), v.array(NamedTemplateSchema)]);
const HolderSchema = v.object({ chat_template: TemplateFieldSchema });
/** A special token in tokenizer_config.json: its text, or an object with it. */
const SpecialTokenSchema = v.union([
  v.string(),
  v.pipe(
    v.object({ content: v.string() }),
    v.transform(({ content }) => content),
  ),
]);

/** What `chat_template.jinja`, or the older `chat_template.json`, of a model's folder holds. */
export type TemplateFile =
  | { readonly kind: 'jinja'; readonly text: string }
  | { readonly kind: 'json'; readonly json: unknown };

/**
 * The model's chat template: that of `chat_template.jinja`, else the tokenizer's own, else that of `chat_template.json`. Of
 * several named ones it is `default`, else the first.
 * @param tokenizerConfig parsed tokenizer_config.json; also holds the special tokens that templates name
 * @returns null where the model has none
 */
export function findChatTemplate(tokenizerConfig: unknown, file: TemplateFile | null): ChatTemplate | null {
  const source = file?.kind === 'jinja' ? file.text : (templateIn(tokenizerConfig) ?? templateIn(file?.json));
  return source === null ? null : new ChatTemplate(source, specialTokensOf(tokenizerConfig));
}

/** True where tokenizer_config.json holds a template, so that `chat_template.json` need not be asked for. */
export const hasChatTemplate = (tokenizerConfig: unknown): boolean => templateIn(tokenizerConfig) !== null;

function templateIn(json: unknown): string | null {
  const parsed = v.safeParse(HolderSchema, json);
  if (!parsed.success) return null;
  const { chat_template: template } = parsed.output;
  if (typeof template === 'string') return template;
  return (template.find(({ name }) => name === 'default') ?? template[0])?.template ?? null;
}

/** `bos_token`, `eos_token`, `pad_token` and the like, and those that a model names besides. */
function specialTokensOf(tokenizerConfig: unknown): Readonly<Record<string, string>> {
  const tokens: Record<string, string> = {};
  if (typeof tokenizerConfig !== 'object' || tokenizerConfig === null) return tokens;
  const { extra_special_tokens: extra } = tokenizerConfig as { readonly extra_special_tokens?: unknown };
  const named = Object.entries(tokenizerConfig).filter(([name]) => name.endsWith('_token'));
  for (const [name, value] of [...named, ...Object.entries(Array.isArray(extra) ? {} : (extra ?? {}))]) {
    const parsed = v.safeParse(SpecialTokenSchema, value);
    if (parsed.success) tokens[name] = parsed.output;
  }
  return tokens;
}
