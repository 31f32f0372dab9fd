import { EngineError } from '../errors/engine-error.ts';
import type { Chat } from '../prompt/chat-message.ts';
import { encodeChat } from '../prompt/encode-chat.ts';
import type { MemberDescription } from '../round/member-description.ts';
import { spelling } from '../tokens/detokeniser.ts';
import type { TokenId } from '../tokens/token-id.ts';
import { assertSameVocabulary } from '../tokens/vocabulary.ts';
import { validateDecodeRequest } from './decode-request.ts';
import type { LoadedEntry } from './load-model.ts';
import { logitAdjustmentOf } from './logit-adjustment-of.ts';
import { withDefaultProposer } from './method-members.ts';
import type { ModelRegistry } from './model-registry.ts';
import { type MemberRequest, membersOf } from './request-members.ts';
import type { ValidDecodeMethod, ValidDecodeRequest } from './request-types.ts';
import { unknownToken } from './unknown-token.ts';

/** A request that has passed every check that can be made before its turn. */
export interface PreparedDecode {
  /** With all defaults filled in. */
  readonly request: ValidDecodeRequest;
  readonly members: readonly MemberDescription[];
  /** The loaded model of each member [members]. */
  readonly entries: readonly LoadedEntry[];
  /** Tokens that may be drawn: ids that every member scores, since every member reads what is written. */
  readonly vocabSize: number;
}

/**
 * Checks a request at the door.
 * @throws EngineError `invalid-request`, `vocabulary-mismatch`, `context-full`, `model-unsupported`
 */
export function prepareDecode(unchecked: unknown, registry: Pick<ModelRegistry, 'entry'>): PreparedDecode {
  const valid = validateDecodeRequest(unchecked);
  const asked = membersOf(valid);
  const entries = asked.map(({ model }) => registry.entry(model));
  const [first, ...others] = entries;
  for (const other of others) assertSameVocabulary(first.vocabulary, other.vocabulary);
  const vocabSize = Math.min(...entries.map(({ vocabulary }) => vocabulary.scored.vocabSize));
  const members = asked.map((member, index): MemberDescription => {
    const entry = entries[index];
    const { id, contextLength, costs } = entry.model;
    const { sampling, isTarget } = member;
    const field = biasField(valid.method, index);
    return {
      index,
      modelId: id,
      promptTokenIds: readablePrompt(encodePrompt(member.prompt, entry), entry, member, index),
      contextLength,
      costs,
      sampling,
      adjustment: logitAdjustmentOf(sampling, first.tokenizer, vocabSize, field),
      endTokenIds: entry.endTokenIds,
      isTarget,
    };
  });
  for (const member of members) {
    // A draft model whose context is too short for the prompt drafts nothing; the target writes all the same.
    if (member.isTarget) assertPromptFits(member, asked[member.index].hasOwnPrompt, valid.method);
  }
  const request = withDefaultProposer(
    valid,
    entries.map(({ model, weightBytes }) => ({ costs: model.costs, weightBytes })),
  );
  return { request, members, entries, vocabSize };
}

/** Whose bias a member has: its own, or the request's. */
function biasField(method: ValidDecodeMethod, member: number): string {
  const isOwn = method.kind === 'collaborative' && method.members[member]?.sampling.logitBias !== undefined;
  return isOwn ? `method.members.${member}.sampling` : 'sampling';
}

/**
 * Decoding starts from the logits behind a token, so an empty prompt needs one to begin a text with.
 * @throws EngineError `invalid-request`, `model-unsupported`
 */
function encodePrompt(prompt: string | Chat, { tokenizer, ...entry }: LoadedEntry): readonly TokenId[] {
  const model = entry.model.id;
  if (typeof prompt !== 'string') {
    const { chatTemplate } = entry;
    if (chatTemplate) return encodeChat(prompt, chatTemplate, tokenizer);
    throw new EngineError(
      'invalid-request',
      `messages: ${model} has no chat template: pass a prompt, or choose a chat model`,
      { details: { field: 'messages', model } },
    );
  }
  const ids = tokenizer.encode(prompt);
  if (ids.length > 0) return ids;
  if (entry.beginTokenId !== null) return [entry.beginTokenId];
  throw new EngineError(
    'invalid-request',
    `prompt is empty and ${model} has no beginning-of-text token: start with a word`,
    { details: { field: 'prompt', model } },
  );
}

/**
 * The table of embeddings has no row for a token that the logits have none for.
 * @throws EngineError `invalid-request` with the token's name
 */
function readablePrompt(
  ids: readonly TokenId[],
  { tokenizer, vocabulary, model }: LoadedEntry,
  { prompt, hasOwnPrompt }: MemberRequest,
  member: number,
): readonly TokenId[] {
  const width = vocabulary.scored.vocabSize;
  const unknown = ids.find((id) => id >= width);
  if (unknown === undefined) return ids;
  const name = typeof prompt === 'string' ? 'prompt' : 'messages';
  const field = hasOwnPrompt ? `method.members.${member}.${name}` : name;
  throw new EngineError(
    'invalid-request',
    `${field}: ${unknownToken(unknown, tokenizer, width, model.id)}: remove it from the text`,
    { details: { field, token: spelling(tokenizer, unknown), tokenId: unknown, width, model: model.id } },
  );
}

function assertPromptFits(
  { index, modelId, promptTokenIds, contextLength }: MemberDescription,
  hasOwnPrompt: boolean,
  method: ValidDecodeMethod,
): void {
  if (promptTokenIds.length <= contextLength) return;
  const isTeam = method.kind === 'collaborative';
  const prompt = hasOwnPrompt ? `the prompt of member ${index}` : 'the prompt';
  const model = isTeam && !hasOwnPrompt ? `${modelId}, member ${index},` : modelId;
  throw new EngineError(
    'context-full',
    `${prompt} has ${promptTokenIds.length} tokens and the context of ${model} holds ${contextLength}: shorten the prompt`,
    { details: { promptTokens: promptTokenIds.length, contextLength, model: modelId, member: index } },
  );
}
