import { EngineError } from '../errors/engine-error.ts';
import type { ChatMessage, TemplateVariables } from './chat-message.ts';
import { JinjaTemplate } from './jinja/jinja-template.ts';
import { TemplateFault, TemplateRefusal } from './jinja/template-errors.ts';

/** A model's own chat template: Jinja, as transformers renders it (blocks trimmed, `raise_exception` known). */
export class ChatTemplate {
  readonly #source: string;
  /** Texts of the tokenizer's special tokens by their names there, as `bos_token`. */
  readonly #specialTokens: Readonly<Record<string, string>>;
  #parsed: JinjaTemplate | null = null;

  constructor(source: string, specialTokens: Readonly<Record<string, string>>) {
    this.#source = source;
    this.#specialTokens = specialTokens;
  }

  /**
   * The conversation as the model was trained to read it.
   * @param addGenerationPrompt ends with the beginning of a reply
   * @throws EngineError `invalid-request` with the template's own words where it refuses the conversation;
   *   `model-unsupported` where it cannot be rendered here, with the line and what stands there, or asks for too much
   */
  render(
    messages: readonly Pick<ChatMessage, 'role' | 'content' | 'name'>[],
    variables: TemplateVariables,
    addGenerationPrompt: boolean,
  ): string {
    const template = this.#parse();
    try {
      return template.render({
        // transformers has them in every template: some ask whether they are none, not whether they are defined.
        tools: null,
        documents: null,
        ...this.#specialTokens,
        ...variables,
        messages: messages.map(({ role, content, name }) => ({
          role,
          content,
          ...(name !== undefined && { name }),
        })),
        add_generation_prompt: addGenerationPrompt,
      });
    } catch (cause) {
      if (cause instanceof TemplateRefusal) {
        throw new EngineError(
          'invalid-request',
          `messages: rejected by the model's chat template: ${cause.message}`,
          { details: { field: 'messages', reason: cause.message }, cause },
        );
      }
      if (cause instanceof TemplateFault)
        throw this.#unusable(`cannot be rendered: ${this.#placeOf(cause)}`, cause);
      throw this.#unusable(`asks for too much: ${reasonOf(cause)}`, cause);
    }
  }

  /** At its first use: a template that cannot be read must not keep a model from continuing plain prompts. */
  #parse(): JinjaTemplate {
    if (this.#parsed) return this.#parsed;
    if (this.#source.length > maxSourceLength) {
      throw this.#unusable(
        `has ${this.#source.length} characters, more than the limit of ${maxSourceLength}`,
      );
    }
    try {
      this.#parsed = new JinjaTemplate(this.#source);
      return this.#parsed;
    } catch (cause) {
      const isFault = cause instanceof TemplateFault;
      throw this.#unusable(`cannot be parsed: ${isFault ? this.#placeOf(cause) : reasonOf(cause)}`, cause);
    }
  }

  /** Line, its text and what is wrong with it. */
  #placeOf({ line, message }: TemplateFault): string {
    if (line === null) return message;
    const text = this.#source.split(/\r\n?|\n/)[line - 1]?.trim() ?? '';
    const shown = text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
    return `line ${line}: ${message}; the line is ${shown}`;
  }

  #unusable(reason: string, cause?: unknown): EngineError {
    return new EngineError(
      'model-unsupported',
      `the model's chat template ${reason}. Pass a prompt that is already formatted.`,
      { details: { reason }, cause },
    );
  }
}

/** The longest published templates have some 50,000 characters. */
const maxSourceLength = 2 ** 20;
/** Of a line, in an error. */
const maxShown = 120;

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
