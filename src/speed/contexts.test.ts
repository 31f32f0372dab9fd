import { describe, expect, test } from 'vitest';
import { validateDecodeRequest } from '../engine/decode-request.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import type { ChatMessage } from '../prompt/chat-message.ts';
import type { Round } from '../round/round.ts';
import { requestsAlong } from './contexts.ts';

const round = (tokenIds: readonly number[], text: string, combine?: { weights: number[] }): Round =>
  ({ committed: tokenIds, text, ...(combine && { combine }) }) as unknown as Round;

const rounds = [
  round([1], ' a'),
  round([2, 3], ' b c'),
  round([4, 5], ' d e', { weights: [1, 3, 1] }),
  round([6], ' f'),
];

const plain: DecodeRequest = { prompt: 'P', method: { kind: 'plain', model: 'm' } };
const asked: ChatMessage = { role: 'user', content: 'Q' };
const chat = (...messages: ChatMessage[]): DecodeRequest => {
  const { prompt: _, ...rest } = plain;
  return { ...rest, messages };
};
const together: DecodeRequest = {
  prompt: 'P',
  method: {
    kind: 'collaborative',
    members: [{ model: 'm' }, { model: 'm', prompt: 'own' }, { model: 'm', messages: [asked] }],
    combine: { kind: 'weighted', weights: [1, 1, 1] },
  },
};

describe('requests along a text', () => {
  test('are spread over it, at the ends of rounds', () => {
    expect(requestsAlong(plain, rounds, { count: 3, tokens: 2 }).map(({ prompt }) => prompt)).toEqual([
      'P',
      'P a',
      'P a b c',
    ]);
    expect(requestsAlong(plain, rounds, { count: 1, tokens: 50 })).toEqual([{ ...plain, maxTokens: 50 }]);
  });

  test.each<[string, DecodeRequest, ChatMessage[]]>([
    [
      'a message is replied to with what was written',
      chat(asked),
      [asked, { role: 'assistant', content: ' a b c', tokenIds: [1, 2, 3] }],
    ],
    [
      'a reply that was continued goes on',
      chat(asked, { role: 'assistant', content: 'R', tokenIds: [9] }),
      [asked, { role: 'assistant', content: 'R a b c', tokenIds: [9, 1, 2, 3] }],
    ],
    [
      'a reply of unknown tokens stays one',
      chat(asked, { role: 'assistant', content: 'R' }),
      [asked, { role: 'assistant', content: 'R a b c' }],
    ],
  ])('of a conversation: %s', (_, request, messages) => {
    const [first, last] = requestsAlong(request, rounds, { count: 2, tokens: 3 });
    expect(first).toEqual({ ...request, maxTokens: 3 });
    expect(last).toEqual({ ...request, messages, maxTokens: 3 });
    expect(() => validateDecodeRequest(last)).not.toThrow();
  });

  test('go on in the prompts that members have of their own', () => {
    const [, last] = requestsAlong(together, rounds, { count: 2, tokens: 3 });
    expect(last.prompt).toBe('P a b c');
    expect(last.method).toMatchObject({
      members: [
        { model: 'm' },
        { prompt: 'own a b c' },
        { messages: [asked, { role: 'assistant', content: ' a b c', tokenIds: [1, 2, 3] }] },
      ],
    });
    expect(() => validateDecodeRequest(last)).not.toThrow();
  });

  test('have the weights that were in force there', () => {
    const weights = requestsAlong(together, rounds, { count: 2, tokens: 1 }).map(({ method }) =>
      method.kind === 'collaborative' ? method.combine : null,
    );
    expect(weights).toEqual([
      { kind: 'weighted', weights: [1, 1, 1] },
      { kind: 'weighted', weights: [1, 3, 1] },
    ]);
  });
});
