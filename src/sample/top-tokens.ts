import { type TokenId, tokenId } from '../tokens/token-id.ts';

/**
 * The most likely tokens, most likely first, the lower id first among equals. At most `count`; tokens that cannot be
 * drawn are left out.
 * @param distribution [vocabSize]
 */
export function topTokens(distribution: Float64Array, count: number): TokenId[] {
  const top: number[] = [];
  for (let token = 0; token < distribution.length; token++) {
    const probability = distribution[token];
    if (!(probability > 0)) continue;
    if (top.length === count && !(probability > distribution[top[count - 1]])) continue;
    let place = top.length;
    while (place > 0 && probability > distribution[top[place - 1]]) place--;
    top.splice(place, 0, token);
    if (top.length > count) top.pop();
  }
  return top.map(tokenId);
}

/** Place of a token in the order of `topTokens`, 1 for the first; tokens that cannot be drawn stand at the end. */
export function rankOf(distribution: Float64Array, token: TokenId): number {
  let before = 0;
  for (let other = 0; other < distribution.length; other++) {
    const isLarger = distribution[other] > distribution[token];
    if (isLarger || (distribution[other] === distribution[token] && other < token)) before++;
  }
  return before + 1;
}
