import type { Tokenizer } from '../../src/tokens/tokenizer.ts';
import type { ContenderPrompt } from './pages/contender.ts';

/** A word may have many tokens, an address say. So many words are left out at the end to come to the exact number. */
const wordsToLeaveOut = 20;

/**
 * The end of `text` from a word on, at most `wordsToLeaveOut` words before it, that encodes to `tokens` tokens as a
 * prompt; the longest with fewer where there is none of exactly so many. Throws RangeError where `text` has not enough.
 */
export function promptWindow(
  tokenizer: Pick<Tokenizer, 'encode'>,
  text: string,
  tokens: number,
): ContenderPrompt {
  const words = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
  }));
  let longest: ContenderPrompt | null = null;
  for (const { end } of words.slice(-1 - wordsToLeaveOut).toReversed()) {
    const starts = words.filter(({ start }) => start < end).map(({ start }) => start);
    const prompt = longestWindow(tokenizer, text.slice(0, end), starts, tokens);
    if (prompt === null) break;
    if (prompt.tokenIds.length === tokens) return prompt;
    // A last word alone may be too long.
    const { length } = prompt.tokenIds;
    if (length < tokens && length > (longest?.tokenIds.length ?? 0)) longest = prompt;
  }
  if (!longest) throw new RangeError(`promptWindow: the text has no window of ${tokens} tokens`);
  return longest;
}

/** The longest end of `text` from one of `starts` on that has at most `tokens` tokens; null where all of it has fewer. */
function longestWindow(
  { encode }: Pick<Tokenizer, 'encode'>,
  text: string,
  starts: readonly number[],
  tokens: number,
): ContenderPrompt | null {
  const promptFrom = (word: number): ContenderPrompt => {
    const rest = text.slice(starts[word]);
    return { text: rest, tokenIds: encode(rest) };
  };
  const whole = promptFrom(0);
  if (whole.tokenIds.length <= tokens) return whole.tokenIds.length === tokens ? whole : null;
  // A window that starts later is shorter: look for the first word from which it is short enough.
  let tooLong = 0;
  let shortEnough = starts.length - 1;
  while (shortEnough - tooLong > 1) {
    const middle = (tooLong + shortEnough) >> 1;
    if (promptFrom(middle).tokenIds.length > tokens) tooLong = middle;
    else shortEnough = middle;
  }
  return promptFrom(shortEnough);
}
