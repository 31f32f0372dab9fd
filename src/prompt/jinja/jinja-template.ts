import { Budget } from './budget.ts';
import { Interpreter } from './interpreter.ts';
import type { Statement } from './nodes.ts';
import { parseTemplate } from './parse-template.ts';
import { charactersIn, type Value, valueFrom } from './values.ts';

/** A Jinja template that renders as jinja2 renders it in the environment of transformers, within a budget of work. */
export class JinjaTemplate {
  readonly #statements: readonly Statement[];

  /** @throws TemplateFault with the line of what cannot be parsed */
  constructor(source: string) {
    this.#statements = parseTemplate(source);
  }

  /**
   * @param variables JSON by the names that the template calls it by
   * @throws TemplateRefusal where the template raises an exception; TemplateFault with the line of what cannot be rendered;
   *   TemplateBudgetError
   */
  render(variables: Readonly<Record<string, unknown>>): string {
    const budget = new Budget(charactersIn(variables));
    const values = new Map<string, Value>();
    for (const [name, value] of Object.entries(variables)) values.set(name, valueFrom(value, budget));
    return new Interpreter(budget, values).render(this.#statements);
  }
}
