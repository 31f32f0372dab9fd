import { PreTrainedTokenizer } from '@huggingface/transformers';

/** A tokenizer as transformers.js makes it. */
export type LibraryTokenizer = PreTrainedTokenizer;

/**
 * The one place that makes a tokenizer of its parsed files; nothing is fetched. In `config`, tokenizer_config.json,
 * special tokens must be texts: transformers.js refuses the other form that files have, an object with the text.
 * @throws Error where transformers.js does not know what the files ask for
 */
export function createLibraryTokenizer(json: object, config: object): LibraryTokenizer {
  // Templates are for `prompt/`, which also knows the files that hold them outside of the configuration.
  return new PreTrainedTokenizer(json, { ...config, chat_template: null });
}
