import { beyondAscii } from '../kit/beyond-ascii.ts';
import { neededModels, type RequestForm } from './request-form.ts';

/** How many of them a sentence names. */
const maxNamed = 8;

/** Characters of the prompt that the bundled story models never saw; empty where another model writes. */
export function unservedCharacters(form: RequestForm): readonly string[] {
  if (!neededModels(form).some((model) => model.startsWith('story-'))) return [];
  return beyondAscii(form.prompt, maxNamed);
}
