/** What stops a template: its own fault, or something that is not supported here. */
export class TemplateFault extends Error {
  /** In the template, from 1; null until the node that fails is known. */
  readonly line: number | null;

  constructor(message: string, line: number | null = null) {
    super(message);
    this.line = line;
  }
}

/** A template wants more than rendering may take. Its message names the limit. */
export class TemplateBudgetError extends Error {}

/** What `raise_exception` throws: the template refuses the conversation in its own words. */
export class TemplateRefusal extends Error {}

/** A stack that is full is a RangeError in Chromium, Safari and Node.js, an InternalError in Firefox. */
export const isStackOverflow = (cause: unknown): boolean =>
  cause instanceof RangeError || (cause instanceof Error && cause.name === 'InternalError');
