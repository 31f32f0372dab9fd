import type { DecodeRequest } from '../engine/request-types.ts';
import type { Round } from '../round/round.ts';

/**
 * Requests that go on from several places of a text that a request has written, spread over it, the earliest first.
 * Only for requests with a `prompt`.
 * @param tokens maximum number of tokens each of them writes
 */
export function requestsAlong(
  request: DecodeRequest,
  rounds: readonly Round[],
  { count, tokens }: { readonly count: number; readonly tokens: number },
): readonly DecodeRequest[] {
  const total = rounds.reduce((sum, { committed }) => sum + committed.length, 0);
  const last = Math.max(0, total - tokens);
  return Array.from({ length: count }, (_, index) => {
    const skipped = count === 1 ? 0 : Math.round((index * last) / (count - 1));
    return { ...request, prompt: (request.prompt ?? '') + textAfter(rounds, skipped), maxTokens: tokens };
  });
}

/** Text of whole rounds up to that many tokens. */
function textAfter(rounds: readonly Round[], tokens: number): string {
  let [text, written] = ['', 0];
  for (const round of rounds) {
    written += round.committed.length;
    if (written > tokens) break;
    text += round.text;
  }
  return text;
}
