import type { DecodeMethod } from '../engine/request-types.ts';

/*
 * What chat completions take and give, in the shapes of OpenAI's API. docs/openai.md lists the fields; what is not here
 * is refused by name.
 */

/** A part of a message's content. Other kinds of parts are refused. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  /** Ignored: caches are found by their tokens. */
  readonly prompt_cache_breakpoint?: Readonly<Record<string, unknown>> | null;
}

/** A message of the conversation. */
export interface ChatMessageParam {
  /** `developer` is what newer models of OpenAI's call `system`. */
  readonly role: 'system' | 'developer' | 'user' | 'assistant';
  /** An answer without text may have none; any other message needs it. */
  readonly content?: string | readonly TextPart[] | null;
  /** Of who speaks; the model's chat template decides whether the model reads it. */
  readonly name?: string | null;
  /** What an answer may hold besides, so that it can go back as a message; with a value they are refused. */
  readonly refusal?: null;
  readonly annotations?: readonly [] | null;
  readonly audio?: null;
  readonly function_call?: null;
  readonly tool_calls?: readonly [] | null;
}

/** What a stream sends besides text. */
export interface StreamOptions {
  /** Sends the usage in a last chunk. Default: false. */
  readonly include_usage?: boolean | null;
  /** Ignored: the stream crosses no network. */
  readonly include_obfuscation?: boolean | null;
}

/** Fields that chat and plain completions have in common. Null counts as omitted. */
export interface CommonParams {
  /** A loaded model; with `method`, one of those that it names. */
  readonly model: string;
  /** Antiphon's own: how the text is decoded, as in `engine.decode`; `plain` with `model` unless given. */
  readonly method?: DecodeMethod | null;
  /** 0 to 2 */
  readonly temperature?: number | null;
  /** 0 to 1 */
  readonly top_p?: number | null;
  /** Up to four texts to end before. */
  readonly stop?: string | readonly string[] | null;
  readonly max_tokens?: number | null;
  /** Choice number i is written with seed + i. */
  readonly seed?: number | null;
  /** Choices, written one after the other; 1 to 128. */
  readonly n?: number | null;
  readonly logit_bias?: Readonly<Record<string, number>> | null;
  readonly frequency_penalty?: number | null;
  readonly presence_penalty?: number | null;
  readonly stream?: boolean | null;
  readonly stream_options?: StreamOptions | null;
  /** Ignored: no server distinguishes users. */
  readonly user?: string | null;
  /** Ignored, like `user`. */
  readonly safety_identifier?: string | null;
}

/** The body of a chat completion. */
export interface ChatCompletionParams extends CommonParams {
  readonly messages: readonly ChatMessageParam[];
  readonly max_completion_tokens?: number | null;
  readonly logprobs?: boolean | null;
  /** 0 to 20, with `logprobs` */
  readonly top_logprobs?: number | null;
  /** Ignored, as are the fields below: none of them can change an answer from this machine. */
  readonly parallel_tool_calls?: boolean | null;
  readonly prediction?: Readonly<Record<string, unknown>> | null;
  readonly metadata?: Readonly<Record<string, string>> | null;
  readonly service_tier?: string | null;
  readonly prompt_cache_key?: string | null;
  readonly prompt_cache_options?: Readonly<Record<string, unknown>> | null;
  readonly prompt_cache_retention?: string | null;
}

/** `stop`: a stop text or an end token; `length`: the limit, or the context is full. */
export type OpenAiFinishReason = 'stop' | 'length';

/** Numbers of tokens. The prompt is the first member's, counted once whatever `n`; end tokens do not count. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** A token of a reply. */
export interface ChatToken {
  /** What it adds to the text before it; '' for a piece of a character whose rest is missing. */
  readonly token: string;
  /** Of its probability under the distribution that the text follows. */
  readonly logprob: number;
  /** Those of all tokens are the text in UTF-8; null for a special token that the text leaves out. */
  readonly bytes: number[] | null;
}

/** A token of a reply, and the most likely tokens at its place. */
export interface ChatTokenLogprob extends ChatToken {
  readonly top_logprobs: ChatToken[];
}

/** Log probabilities of a reply's tokens. */
export interface ChatLogprobs {
  readonly content: ChatTokenLogprob[];
  readonly refusal: null;
}

/** One reply. */
export interface ChatChoice {
  readonly index: number;
  readonly message: { readonly role: 'assistant'; readonly content: string; readonly refusal: null };
  readonly logprobs: ChatLogprobs | null;
  readonly finish_reason: OpenAiFinishReason;
}

/** The answer to a chat completion. */
export interface ChatCompletion {
  readonly id: string;
  readonly object: 'chat.completion';
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  /** Same fingerprint and seed, same text. */
  readonly system_fingerprint: string;
  readonly choices: ChatChoice[];
  readonly usage: Usage;
}

/** What a chunk adds to one reply. */
export interface ChatChunkChoice {
  readonly index: number;
  readonly delta: { readonly role?: 'assistant'; readonly content?: string };
  readonly logprobs: ChatLogprobs | null;
  /** null before the reply's last chunk. */
  readonly finish_reason: OpenAiFinishReason | null;
}

/** A piece of a streamed answer. */
export interface ChatCompletionChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
  /** Empty in the last chunk where `include_usage` is asked for. */
  readonly choices: ChatChunkChoice[];
  /** With `include_usage` only: null but in the last chunk. */
  readonly usage?: Usage | null;
}

/** Options of a call. */
export interface CallOptions {
  /** Ends the call: it, or its stream, fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** `engine.chat.completions`: replies to conversations, rendered by the model's own chat template. */
export interface ChatCompletions {
  /**
   * Read a stream to its end, or end its iteration: the engine waits for a slow reader.
   * @throws EngineError `invalid-request` for unsupported fields, and whatever a decode fails with
   */
  create(
    body: ChatCompletionParams & { readonly stream: true },
    options?: CallOptions,
  ): Promise<AsyncGenerator<ChatCompletionChunk, void, void>>;
  create(
    body: ChatCompletionParams & { readonly stream?: false | null },
    options?: CallOptions,
  ): Promise<ChatCompletion>;
  create(
    body: ChatCompletionParams,
    options?: CallOptions,
  ): Promise<ChatCompletion | AsyncGenerator<ChatCompletionChunk, void, void>>;
}
