/** `developer` of newer APIs is `system` here: the templates know no other word. */
export type ChatRole = 'system' | 'user' | 'assistant';

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: ChatRole;
  readonly content: string;
  /** Of who speaks, where a conversation has several; the chat template decides whether the model reads it. */
  readonly name?: string | undefined;
  /**
   * The tokens an earlier decode wrote this text with (`result.tokenIds`). A text can be cut into tokens in several
   * ways; given these, the next turn starts exactly where the caches of the last one end. Used where the template lets
   * the text stand as it was written and the tokens spell it; else the text is encoded like any other.
   */
  readonly tokenIds?: readonly number[] | undefined;
}

/** Variables of a template besides the messages, as `enable_thinking`: plain JSON. */
export type TemplateVariables = Readonly<Record<string, unknown>>;

/** A conversation and what else its template is to know. */
export interface Chat {
  readonly messages: readonly ChatMessage[];
  readonly variables: TemplateVariables;
}
