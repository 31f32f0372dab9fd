import { spelling } from '../tokens/detokeniser.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

/**
 * What is wrong with a token id that a model does not score, so that it can neither read nor write it.
 * @param scored ids that it scores: 0 .. scored − 1
 * @param model what the message calls it
 */
export function unknownToken(
  id: number,
  tokenizer: Pick<Tokenizer, 'vocabSize' | 'decode'>,
  scored: number,
  model: string,
): string {
  if (id >= tokenizer.vocabSize) return `${id} is not in the vocabulary of ${tokenizer.vocabSize} tokens`;
  return `the token ${JSON.stringify(spelling(tokenizer, tokenId(id)))} (${id}) is not among the ${scored} tokens that ${model} can read and write`;
}
