import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RoundStream } from '../engine/round-stream.ts';
import type { Round } from '../round/round.ts';
import { frameMs, maxBatchSize, sendRounds } from './send-rounds.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;

/** A stream that is being sent, and the indices of the rounds in each message so far. */
function startSending(answer: () => Promise<void> = async () => {}) {
  const stream = new RoundStream();
  const messages: number[][] = [];
  const run = { stop: () => stream.close(), [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() };
  const sent = sendRounds(run, (rounds) => {
    messages.push(rounds.map(({ index }) => index));
    return answer();
  });
  let pushed = 0;
  const push = async (count: number): Promise<void> => {
    for (let end = pushed + count; pushed < end; pushed++) {
      void stream.push({ index: pushed } as Round, never);
      await vi.advanceTimersByTimeAsync(0);
    }
  };
  return { stream, messages, sent, push };
}

test('the first round goes at once, those that come within its frame go together after it', async () => {
  const { messages, push } = startSending();
  await push(4);
  expect(messages).toEqual([[0]]);
  await vi.advanceTimersByTimeAsync(frameMs);
  expect(messages).toEqual([[0], [1, 2, 3]]);
});

test('a round that comes after the frame goes at once', async () => {
  const { messages, push } = startSending();
  await push(1);
  await vi.advanceTimersByTimeAsync(frameMs);
  await push(1);
  expect(messages).toEqual([[0], [1]]);
});

test('one message is under way at a time, however long the page takes', async () => {
  const answers: (() => void)[] = [];
  const { messages, push } = startSending(() => new Promise((resolve) => answers.push(resolve)));
  await push(3);
  await vi.advanceTimersByTimeAsync(10 * frameMs);
  expect(messages).toEqual([[0]]);
  answers[0]();
  await vi.advanceTimersByTimeAsync(0);
  expect(messages).toEqual([[0], [1, 2]]);
});

test('a full batch does not wait for its frame', async () => {
  const { messages, push } = startSending();
  await push(1 + maxBatchSize);
  expect(messages.map(({ length }) => length)).toEqual([1, maxBatchSize]);
});

test('what is left at the end goes without waiting, and before the call settles', async () => {
  const { stream, messages, sent, push } = startSending();
  await push(3);
  stream.close();
  await sent;
  expect(messages).toEqual([[0], [1, 2]]);
  expect(vi.getTimerCount()).toBe(0);
});

test('rounds that came before a failure go first, then the failure', async () => {
  const { stream, messages, sent, push } = startSending();
  await push(3);
  stream.fail(new Error('the pass failed'));
  await expect(sent).rejects.toThrow('the pass failed');
  expect(messages).toEqual([[0], [1, 2]]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a message that cannot be delivered stops the run', async () => {
  const { sent, push } = startSending(() => Promise.reject(new Error('the page is gone')));
  const ended = expect(sent).rejects.toThrow('the page is gone');
  await push(1);
  await ended;
  expect(vi.getTimerCount()).toBe(0);
});

test('no round is lost, whenever it comes while the one before is acknowledged', async () => {
  vi.useRealTimers();
  const microtasks = async (count: number) => {
    for (let step = 0; step < count; step++) await null;
  };
  /** What is sent of two rounds: the second comes so many steps after the first is on its way to being acknowledged. */
  const sentWith = async (delay: number, answerDelay: number) => {
    let acknowledge = () => {};
    const acknowledged = new Promise<void>((resolve) => {
      acknowledge = resolve;
    });
    const rounds = async function* () {
      yield { index: 0 } as Round;
      await acknowledged;
      await microtasks(delay);
      yield { index: 1 } as Round;
    };
    const sent: number[] = [];
    await sendRounds({ stop: () => {}, [Symbol.asyncIterator]: rounds }, async (batch) => {
      sent.push(...batch.map(({ index }) => index));
      // Longer than a frame, whose end would hide how the two interleave.
      await new Promise((resolve) => setTimeout(resolve, 2 * frameMs));
      acknowledge();
      await microtasks(answerDelay);
    });
    return { delay, answerDelay, sent };
  };
  const cases = Array.from({ length: 12 * 6 }, (_, index) => [Math.floor(index / 6), index % 6] as const);
  const results = await Promise.all(cases.map((steps) => sentWith(...steps)));
  expect(results.filter(({ sent }) => sent.join() !== '0,1')).toEqual([]);
});
