import { neededModels, type RequestForm } from './request-form.ts';

/** How many of them a sentence names. */
const maxNamed = 8;

/**
 * Characters of the prompt that the bundled story models never saw: their vocabulary has ASCII alone, anything else
 * reaches them as bytes. Each once; empty where another model writes.
 */
export function unservedCharacters(form: RequestForm): readonly string[] {
  if (!neededModels(form).some((model) => model.startsWith('story-'))) return [];
  return [...new Set(form.prompt.match(/[^\p{ASCII}]/gu))].slice(0, maxNamed);
}
