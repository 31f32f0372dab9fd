import type { DecodeRequest } from '../engine/request-types.ts';
import { withCombineOf } from '../engine/with-combine-of.ts';
import type { ChatMessage } from '../prompt/chat-message.ts';
import type { Round } from '../round/round.ts';

/**
 * Requests that go on from several places of a text that a request has written, spread over it, the earliest first.
 * Each has the combination that was in force there.
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
    return { ...requestBehind(request, wholeRounds(rounds, skipped)), maxTokens: tokens };
  });
}

/** The rounds that wrote the first tokens: at most that many. */
function wholeRounds(rounds: readonly Round[], tokens: number): readonly Round[] {
  let written = 0;
  const next = rounds.findIndex(({ committed }) => {
    written += committed.length;
    return written > tokens;
  });
  return next < 0 ? rounds : rounds.slice(0, next);
}

function requestBehind(request: DecodeRequest, rounds: readonly Round[]): DecodeRequest {
  const text = rounds.map((round) => round.text).join('');
  const tokenIds = rounds.flatMap(({ committed }) => committed);
  // An empty reply is not the same prompt as none.
  if (tokenIds.length === 0) return request;
  const written = { text, tokenIds };
  const { method } = withCombineOf(request, rounds);
  const asked = promptBehind(request, written);
  if (method.kind !== 'collaborative') return asked;
  const members = method.members.map((member) => promptBehind(member, written));
  return { ...asked, method: { ...method, members } };
}

interface Written {
  readonly text: string;
  readonly tokenIds: readonly number[];
}

/** Whoever has no prompt of their own reads the request's. */
function promptBehind<Asked extends Pick<DecodeRequest, 'prompt' | 'messages'>>(
  asked: Asked,
  written: Written,
): Asked {
  const { prompt, messages } = asked;
  if (prompt !== undefined) return { ...asked, prompt: prompt + written.text };
  return messages ? { ...asked, messages: withReply(messages, written) } : asked;
}

/** A conversation that ends with a reply asks for more of it. */
function withReply(messages: readonly ChatMessage[], { text, tokenIds }: Written): readonly ChatMessage[] {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return [...messages, { role: 'assistant', content: text, tokenIds }];
  const { tokenIds: earlier, ...begun } = last;
  const content = begun.content + text;
  const continued = { ...begun, content, ...(earlier && { tokenIds: [...earlier, ...tokenIds] }) };
  return [...messages.slice(0, -1), continued];
}
