import type { CallOptions, CommonParams, OpenAiFinishReason, Usage } from './chat-types.ts';

/** What plain completions take and give, in the shapes of OpenAI's API. */
export interface CompletionParams extends CommonParams {
  /** Each is completed on its own; its n choices stand together. Without one the text starts from scratch. */
  readonly prompt?: string | readonly string[] | null;
  /** 0 to 5 */
  readonly logprobs?: number | null;
}

/** Log probabilities of a text's tokens, one entry per token in each list. */
export interface CompletionLogprobs {
  readonly tokens: string[];
  readonly token_logprobs: number[];
  /** By what the tokens read like; null where none were asked for. */
  readonly top_logprobs: Record<string, number>[] | null;
  /** Where each token begins in prompt and text, in UTF-16 units as JavaScript counts. */
  readonly text_offset: number[];
}

/** One text, or what a chunk adds to it. */
export interface CompletionChoice {
  readonly index: number;
  readonly text: string;
  readonly logprobs: CompletionLogprobs | null;
  /** null in chunks before the choice's last. */
  readonly finish_reason: OpenAiFinishReason | null;
}

/** A chunk of a stream has the same shape. */
export interface Completion {
  readonly id: string;
  readonly object: 'text_completion';
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly choices: CompletionChoice[];
  /** In a stream with `include_usage` only: null but in the last chunk. */
  readonly usage?: Usage | null;
}

/** `engine.completions`: continues a prompt as it is. */
export interface Completions {
  /**
   * Read a stream to its end, or end its iteration: the engine waits for a slow reader.
   * @throws EngineError `invalid-request` for unsupported fields, and whatever a decode fails with
   */
  create(
    body: CompletionParams & { readonly stream: true },
    options?: CallOptions,
  ): Promise<AsyncGenerator<Completion, void, void>>;
  create(
    body: CompletionParams & { readonly stream?: false | null },
    options?: CallOptions,
  ): Promise<Completion>;
  create(
    body: CompletionParams,
    options?: CallOptions,
  ): Promise<Completion | AsyncGenerator<Completion, void, void>>;
}
