import type { EngineApi } from '../../src/engine/engine-api.ts';
import { createFetch } from '../../src/openai/create-fetch.ts';
import { Dice } from './dice.ts';
import { mutateJson } from './mutate-json.ts';
import { type Attempt, type Outcome, outcomeOf } from './outcome.ts';

/** A request that is right but long, such as one for 128 texts, is ended by its client after this time. */
const patienceMs = 1000;

interface ErrorAnswer {
  readonly error?: { readonly type?: unknown; readonly code?: unknown; readonly message?: unknown };
}

/** Sends broken requests to a loaded model, in the form of OpenAI's API. */
export class OpenAiCases {
  readonly #requests: readonly (readonly [path: string, body: object])[];
  readonly #fetch: ReturnType<typeof createFetch>;
  readonly close: () => Promise<void>;

  /** @param model of those that `engine` has loaded, one that was made for conversations */
  constructor(engine: Pick<EngineApi, 'decode' | 'info'>, model: string, close = async () => {}) {
    this.#requests = requestsFor(model);
    this.#fetch = createFetch(engine);
    this.close = close;
  }

  async run(seed: number): Promise<Outcome> {
    const dice = new Dice(seed);
    const [path, right] = dice.pick(this.#requests);
    const { what, bytes } = mutateJson(new TextEncoder().encode(JSON.stringify(right)), dice);
    const attempt = await outcomeOf(() => this.#answerTo(path, bytes));
    if (attempt.fault !== null) return { ...attempt, what: `${path}: ${what}` };
    const next = await outcomeOf(() => this.#answerTo(path, new TextEncoder().encode(JSON.stringify(right))));
    const fault = next.end === 'works' ? null : `the right request does not work afterwards: ${next.end}`;
    return { end: attempt.end, fault, what: `${path}: ${what}` };
  }

  async #answerTo(path: string, body: Uint8Array): Promise<Attempt> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), patienceMs);
    try {
      const response = await this.#fetch(`https://engine.invalid/v1/${path}`, {
        method: 'POST',
        body: new Uint8Array(body),
        signal: patience.signal,
      });
      const text = await response.text();
      return response.ok ? answered(text, response) : refused(response.status, JSON.parse(text));
    } catch (error) {
      if (!patience.signal.aborted) throw error;
      return { end: 'ended by its client', fault: null };
    } finally {
      clearTimeout(timer);
    }
  }
}

function answered(text: string, response: Response): Attempt {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (!isStream) {
    const { choices } = JSON.parse(text);
    return { end: 'works', fault: Array.isArray(choices) ? null : 'an answer without choices' };
  }
  const events = text
    .split('\n\n')
    .flatMap((one) => (one.startsWith('data: {') ? [JSON.parse(one.slice(6))] : []));
  const failed = events.find((event: ErrorAnswer) => event.error !== undefined);
  if (failed) return refused(500, failed);
  return { end: 'works', fault: text.endsWith('data: [DONE]\n\n') ? null : 'a stream without its end' };
}

function refused(status: number, { error }: ErrorAnswer): Attempt {
  const end = `${status} ${error?.code}`;
  const isComplete = [error?.message, error?.type, error?.code].every((one) => typeof one === 'string');
  if (!isComplete) return { end, fault: `an error that is none of OpenAI's: ${JSON.stringify(error)}` };
  return { end, fault: status >= 500 ? `status ${status}: ${error?.message}` : null };
}

function requestsFor(model: string): readonly (readonly [path: string, body: object])[] {
  const messages = [
    { role: 'system', content: 'once' },
    { role: 'user', name: 'reader', content: [{ type: 'text', text: 'upon a' }] },
    { role: 'assistant', content: 'time' },
  ];
  const sampling = { temperature: 0.8, top_p: 0.9, seed: 5, logit_bias: { 3: -1 }, stop: ['zz', 'qq'] };
  const drafter = { kind: 'ngram', draftLength: 3 };
  const member = { model, sampling: { temperature: 0.5, topK: 5 } };
  const combine = { kind: 'weighted', weights: [0.5, 0.5] };
  const members = [member, { model, prompt: 'a' }];
  return [
    ['chat/completions', { model, messages, max_completion_tokens: 8 }],
    [
      'chat/completions',
      { model, messages, ...sampling, max_tokens: 8, n: 2, logprobs: true, top_logprobs: 2, tools: [] },
    ],
    [
      'chat/completions',
      { model, messages, max_tokens: 8, stream: true, stream_options: { include_usage: true } },
    ],
    ['completions', { model, prompt: ['once', 'upon'], ...sampling, max_tokens: 8, logprobs: 2 }],
    ['completions', { model, prompt: 'once', max_tokens: 8, stream: true, frequency_penalty: 1 }],
    [
      'completions',
      { model, prompt: 'once', max_tokens: 8, method: { kind: 'speculative', target: model, drafter } },
    ],
    [
      'completions',
      { model, prompt: 'once', max_tokens: 8, method: { kind: 'collaborative', members, combine } },
    ],
  ];
}
