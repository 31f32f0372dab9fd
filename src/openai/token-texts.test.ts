import { describe, expect, test } from 'vitest';
import { llamaLike } from '../tokens/testing/small-tokenizers.ts';
import { chatCompletions } from './chat-completions.ts';
import { completions } from './completions.ts';
import { TableEngine } from './testing/table-engine.ts';

const tokenizer = llamaLike();
const engine = new TableEngine(tokenizer);
/** Never the end token. */
const logit_bias = { 25: -100 };
const common = { model: 'talker', seed: 2, max_tokens: 40, logit_bias } as const;
const complete = (fields: object) =>
  completions(engine).create({ ...common, prompt: 'a', logprobs: 5, ...fields, stream: false });
const reply = (fields: object) =>
  chatCompletions(engine).create({
    ...{ ...common, messages: [{ role: 'user', content: 'a' }], logprobs: true, top_logprobs: 5 },
    ...{ ...fields, stream: false },
  });

describe('with a vocabulary of words behind spaces, bytes and special tokens', () => {
  test('the bytes of a chat’s tokens are its text; a special token has none and is spelled', async () => {
    const [{ message, logprobs }] = (await reply({})).choices;
    const tokens = logprobs!.content;
    const bytes = tokens.flatMap((token) => token.bytes ?? []);
    expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe(message.content);
    expect(bytes.some((byte) => byte >= 0x80)).toBe(true);
    expect(tokens.some(({ token }) => token.startsWith(' '))).toBe(true);
    const listed = tokens.flatMap((token) => [token, ...token.top_logprobs]);
    const special = listed.filter((one) => one.bytes === null);
    expect(new Set(special.map(({ token }) => token))).toContain('<|im_end|>');
    for (const { token } of special) expect(['<s>', '</s>', '<|im_end|>']).toContain(token);
  });

  test('the tokens of a completion are its text at their offsets', async () => {
    const [{ text, logprobs }] = (await complete({})).choices;
    const { tokens, text_offset } = logprobs!;
    const shown = tokens.map((token) => (/^<(s|\/s|\|im_end\|)>$/.test(token) ? '' : token));
    // The text ends within a character.
    expect(text).toBe(`${shown.join('')}\uFFFD`);
    expect(text_offset).toEqual(shown.map((_, index) => 1 + shown.slice(0, index).join('').length));
  });

  test('of tokens that read alike the most likely one is in `top_logprobs`', async () => {
    const [{ logprobs }] = (await complete({})).choices;
    const written = await engine.decode(engine.requests.at(-1)!).result;
    const lists = written.rounds.flatMap((round) => round.logprobs!);
    let alike = 0;
    for (const [index, { top }] of lists.entries()) {
      const map = logprobs!.top_logprobs![index];
      for (const { text } of top) {
        expect(map[text]).toBe(Math.max(...top.filter((one) => one.text === text).map((one) => one.logprob)));
      }
      alike += top.length - Object.keys(map).length;
    }
    expect(alike).toBeGreaterThan(3);
  });

  test.each(['<|im_end|>', '</s>'])('stop: %s ends the text where the token is produced', async (stop) => {
    const free = { logit_bias: { ...logit_bias, 1: 3, 2: 3 }, seed: 4 };
    const whole = (await reply(free)).choices[0];
    const index = whole.logprobs!.content.findIndex(({ token }) => token === stop);
    expect(index).toBeGreaterThan(0);
    const [choice] = (await reply({ ...free, stop })).choices;
    const before = whole.logprobs!.content.slice(0, index).flatMap(({ bytes }) => bytes ?? []);
    expect(choice.finish_reason).toBe('stop');
    // A character that the token interrupts is left out.
    const text = new TextDecoder().decode(Uint8Array.from(before), { stream: true });
    expect(choice.message.content).toBe(text);
    expect(choice.logprobs!.content).toHaveLength(index + 1);
  });
});
