import type { RoundSampler } from '../../round/round-sampler.ts';
import type { TokenId } from '../../tokens/token-id.ts';
import type { Drafter } from './drafter.ts';

/**
 * Prompt lookup: proposes what followed the last occurrence of the text's final tokens, in prompt and output,
 * longest match first. q is one-hot, so verification stays exact as it is.
 * Source: Saxena, "Prompt lookup decoding", 2023.
 */
export function ngramDrafter(options: {
  readonly promptTokenIds: readonly TokenId[];
  readonly sampler: RoundSampler;
  readonly longestMatch: number;
  readonly shortestMatch: number;
}): Drafter {
  const { promptTokenIds, sampler, longestMatch, shortestMatch } = options;
  const seen: TokenId[] = [...promptTokenIds];
  return {
    proposer: { kind: 'lookup' },
    *draft(limit) {
      for (
        let index = seen.length - promptTokenIds.length;
        index < sampler.committedTokenIds.length;
        index++
      ) {
        seen.push(sampler.committedTokenIds[index]);
      }
      const found = lookUp(seen, longestMatch, shortestMatch, limit);
      yield { kind: 'lookup', found };
      return found.length;
    },
  };
}

/**
 * What followed the most recent earlier occurrence of the longest suffix of `text`.
 * @returns 0 .. limit tokens
 */
export function lookUp(
  text: readonly TokenId[],
  longestMatch: number,
  shortestMatch: number,
  limit: number,
): TokenId[] {
  if (limit <= 0) return [];
  for (let length = Math.min(longestMatch, text.length - 1); length >= shortestMatch; length--) {
    const suffix = text.length - length;
    for (let start = suffix - 1; start >= 0; start--) {
      let matched = 0;
      while (matched < length && text[start + matched] === text[suffix + matched]) matched++;
      if (matched === length) return text.slice(start + length, start + length + limit);
    }
  }
  return [];
}
