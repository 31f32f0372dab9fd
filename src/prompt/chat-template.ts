import { Template } from '@huggingface/jinja';
import { EngineError } from '../errors/engine-error.ts';
import type { ChatMessage, TemplateVariables } from './chat-message.ts';
import { renderWithinBudget, TemplateBudgetError } from './render-within-budget.ts';
import { useStripFunctions } from './strip-characters.ts';

/** A model's own chat template: Jinja, as transformers renders it (blocks trimmed, `raise_exception` known). */
export class ChatTemplate {
  readonly #source: string;
  /** Texts of the tokenizer's special tokens by their names there, as `bos_token`. */
  readonly #specialTokens: Readonly<Record<string, string>>;
  #parsed: Template | null = null;

  constructor(source: string, specialTokens: Readonly<Record<string, string>>) {
    this.#source = source;
    this.#specialTokens = specialTokens;
  }

  /**
   * The conversation as the model was trained to read it.
   * @param addGenerationPrompt ends with the beginning of a reply
   * @throws EngineError `invalid-request` with the template's own words where it refuses the conversation,
   *   `model-unsupported` where it is no template that can be read here, or wants more work than a template may do
   */
  render(
    messages: readonly Pick<ChatMessage, 'role' | 'content' | 'name'>[],
    variables: TemplateVariables,
    addGenerationPrompt: boolean,
  ): string {
    const template = this.#parse();
    try {
      return renderWithinBudget(template.parsed, {
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
      if (isTooMuch(cause)) throw this.#unusable(`asks for too much: ${reasonOf(cause)}`, cause);
      throw new EngineError(
        'invalid-request',
        `messages: rejected by the model's chat template: ${reasonOf(cause)}`,
        { details: { field: 'messages', reason: reasonOf(cause) }, cause },
      );
    }
  }

  /** At its first use: a template that cannot be read must not keep a model from continuing plain prompts. */
  #parse(): Template {
    if (this.#parsed) return this.#parsed;
    if (this.#source.length > maxSourceLength) {
      throw this.#unusable(
        `has ${this.#source.length} characters, more than the limit of ${maxSourceLength}`,
      );
    }
    // The library's search for its tags takes the square of a run's length.
    if (this.#source.match(/\s+/g)?.some((run) => run.length > maxBlanks)) {
      throw this.#unusable(`has more than ${maxBlanks} blanks in a row, the limit here`);
    }
    try {
      // Jinja2 reads every kind of line end as a line feed.
      const template = new Template(this.#source.replace(/\r\n?/g, '\n'));
      useStripFunctions(template.parsed);
      this.#parsed = template;
      return template;
    } catch (cause) {
      throw this.#unusable(`cannot be parsed: ${reasonOf(cause)}`, cause);
    }
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
const maxBlanks = 1000;

/** A stack that is full is a RangeError in Chromium, Safari and Node.js, an InternalError in Firefox. */
const isTooMuch = (cause: unknown): boolean =>
  cause instanceof TemplateBudgetError ||
  cause instanceof RangeError ||
  (cause instanceof Error && cause.name === 'InternalError');

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
