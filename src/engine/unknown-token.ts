import { tokenId } from '../tokens/token-id.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

/**
 * What is said of a token id that a model does not score, so that it neither reads nor writes it.
 * @param scored ids that it scores: 0 .. scored − 1
 * @param model what the message calls it
 */
export function unknownToken(
  id: number,
  tokenizer: Pick<Tokenizer, 'vocabSize' | 'decode'>,
  scored: number,
  model: string,
): string {
  if (id >= tokenizer.vocabSize) return `${id} is none of the vocabulary's ${tokenizer.vocabSize} tokens`;
  return `the token ${JSON.stringify(tokenText(id, tokenizer))} (${id}) is none of the ${scored} tokens that ${model} scores`;
}

export const tokenText = (id: number, tokenizer: Pick<Tokenizer, 'decode'>): string =>
  tokenizer.decode([tokenId(id)], { keepSpecial: true });
