import { host } from '#host';
import { combineOf } from '../decode/assemble-decode.ts';
import { type Candidates, listCandidates } from '../decode/candidates.ts';
import type { MethodPlan } from '../decode/method-plan.ts';
import { EngineError } from '../errors/engine-error.ts';
import { prefill } from '../models/prefill.ts';
import type { MemberDescription } from '../round/member-description.ts';
import { adjustLogits } from '../sample/logit-adjustment.ts';
import { type TokenId, tokenId } from '../tokens/token-id.ts';
import type { ValidCandidatesQuery } from './candidates-query.ts';
import { refuse } from './decode-request.ts';
import type { LoadedEntry } from './load-model.ts';
import type { PreparedDecode } from './prepared-decode.ts';
import { unknownToken } from './unknown-token.ts';

/**
 * Asks every member for its row at one position, and lists what it holds. Each feeds what no cache of an earlier
 * request holds of prompt and text, the last token at least. A finished run's caches hold all of its text, so the
 * first question about it costs one token a member; but a cache forgets what lies behind a position it was asked
 * about, so the next question costs the tokens that lie between, where it is about a later position.
 * @throws EngineError `invalid-request`, `context-full`, before anything is fed; the signal's reason
 */
export async function findCandidates(
  { request, members, entries, vocabSize }: PreparedDecode,
  method: MethodPlan,
  { tokenIds, position, k }: ValidCandidatesQuery,
  signal: AbortSignal,
): Promise<Candidates> {
  const [{ tokenizer }] = entries;
  const unknown = tokenIds.findIndex((id) => id >= vocabSize);
  if (unknown >= 0) {
    const problem = unknownToken(tokenIds[unknown], tokenizer, vocabSize, 'every member');
    refuse(`tokenIds.${unknown}`, problem);
  }
  const text = tokenIds.map(tokenId);
  const before = text.slice(0, position);
  for (const member of members) if (member.isTarget) assertFits(member, position);
  const rows: (Float32Array | null)[] = [];
  for (const member of members) {
    const row = () => rowBehind(member, entries[member.index], before, vocabSize, signal);
    rows.push(fits(member, position) ? await row() : null);
  }
  return listCandidates(
    {
      sampling: request.sampling,
      members,
      combine: combineOf(method),
      vocabSize,
      tokenizer,
      contextTokenIds: [...members[0].promptTokenIds, ...before],
      tokenId: text[position] ?? null,
      count: k,
    },
    rows,
  );
}

const fits = ({ promptTokenIds, contextLength }: MemberDescription, textLength: number): boolean =>
  promptTokenIds.length + textLength <= contextLength;

function assertFits(member: MemberDescription, textLength: number): void {
  if (fits(member, textLength)) return;
  const { modelId, contextLength } = member;
  const tokens = member.promptTokenIds.length + textLength;
  throw new EngineError(
    'context-full',
    `prompt and text up to position ${textLength} have ${tokens} tokens, but the context of ${modelId} holds ${contextLength}: query an earlier token`,
    { details: { tokens, contextLength, model: modelId } },
  );
}

/** A member's logits [vocabSize] behind its prompt and a text, adjusted as a sampler does it. */
async function rowBehind(
  { promptTokenIds, adjustment }: MemberDescription,
  { pool }: LoadedEntry,
  text: readonly TokenId[],
  vocabSize: number,
  signal: AbortSignal,
): Promise<Float32Array> {
  const fed = [...promptTokenIds, ...text];
  const lease = await pool.acquire(fed);
  try {
    const carryOn = async () => {
      await host.nextTask();
      return !signal.aborted;
    };
    // An abort that was waiting at this thread is heard before the first pass.
    const logits = (await carryOn()) ? await prefill(lease.sequence, fed, { wanted: 'last', carryOn }) : null;
    if (!logits) throw signal.reason;
    try {
      signal.throwIfAborted();
      const row = (await logits.toHost()).slice(0, vocabSize);
      if (adjustment) adjustLogits(row, adjustment, text);
      return row;
    } finally {
      logits.dispose();
    }
  } finally {
    lease.release(fed);
  }
}
