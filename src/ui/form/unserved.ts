import { unservedHint } from '../kit/unserved-text.ts';
import { neededModels, type RequestForm } from './request-form.ts';

/** What the bundled story models cannot serve of the prompt; null where they can, or another model writes. */
export function unservedPrompt(form: RequestForm): string | null {
  return neededModels(form).some((model) => model.startsWith('story-')) ? unservedHint(form.prompt) : null;
}
