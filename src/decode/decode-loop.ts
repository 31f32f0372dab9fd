import type { Combine, CombineNumbers } from '../combine/combine.ts';
import type { Member } from '../round/member.ts';
import type { CommittedLogprob, Proposal, Round } from '../round/round.ts';
import type { RoundRecorder } from '../round/round-recorder.ts';
import type { ProposalFate, RoundSampler, Verdict } from '../round/round-sampler.ts';
import type { Detokeniser } from '../tokens/detokeniser.ts';
import type { TextStream } from '../tokens/text-stream.ts';
import type { TokenId } from '../tokens/token-id.ts';
import type { DraftLengthController } from './draft-length-controller.ts';
import { logprobOf } from './logprobs.ts';
import { type PrefillProgress, prefillMembers } from './prefill-members.ts';
import { runToVerdict } from './schedules/run-to-verdict.ts';
import type { Schedule } from './schedules/schedule.ts';

/** `stop`: a stop string; `end`: an end token of a target; `length`: maxTokens; `context`: no room; `abort`. */
export type FinishReason = 'stop' | 'end' | 'length' | 'context' | 'abort';

/** Another combination of the same members, and what of it is new. */
export interface CombineChange {
  readonly combine: Combine;
  readonly numbers: CombineNumbers;
}

/** Where a decode goes on. */
export interface WrittenBefore {
  readonly rounds: number;
  readonly tokenIds: readonly TokenId[];
}

export interface Decode {
  readonly members: readonly Member[];
  readonly sampler: RoundSampler;
  readonly schedule: Schedule;
  readonly controller: DraftLengthController;
  readonly recorder: RoundRecorder;
  readonly textStream: TextStream;
  readonly maxTokens: number;
  /** What was written on a device that was lost, if any. */
  readonly continues?: WrittenBefore | undefined;
  readonly signal: AbortSignal;
  /** Lets messages in, if it has not just now: awaited WASM runs alone would never let an abort be heard. */
  readonly takeTurn: () => Promise<void>;
  /** mapAsync calls of its members and its sampler so far. */
  readonly readbacks: () => number;
  /** The change asked for since the last call, if any; it counts from the round on that is about to begin. */
  readonly takeCombineChange: () => CombineChange | null;
  readonly onPrefill: (progress: PrefillProgress) => void;
}

/**
 * The one loop of every method: prefill, then verdict after verdict until the text ends. What is drafted, scored and
 * verified in which order is the schedule's; how tokens are drawn and judged is the sampler's. A prefill that is aborted
 * gives a round too, with its forwards and nothing else.
 */
export async function* decodeRounds(decode: Decode): AsyncGenerator<Round, FinishReason, void> {
  const { members, sampler, schedule, controller, recorder, signal } = decode;
  if (room(decode) <= 0) return 'context';
  const carryOn = async () => {
    await decode.takeTurn();
    return !signal.aborted;
  };
  if (!(await carryOn())) return 'abort';
  let readbacksBefore = decode.readbacks();
  const endRound = (index: number, settled: Omit<Settled, 'finishReason'>, draftLengths: number[]): Round => {
    const readbacks = decode.readbacks() - readbacksBefore;
    readbacksBefore += readbacks;
    const { proposals, committed, text, logprobs } = settled;
    const kvLengths = members.map(({ kvLength }) => kvLength);
    const atMs = recorder.elapsedMs();
    return {
      index,
      atMs,
      ...recorder.take(),
      proposals,
      committed,
      text,
      kvLengths,
      draftLengths,
      readbacks,
      ...(logprobs && { logprobs }),
    };
  };
  const first = decode.continues?.rounds ?? 0;
  if (!(await prefillMembers(members, carryOn, decode.onPrefill))) {
    yield endRound(first, { proposals: [], committed: [], text: '' }, [...controller.draftLengths]);
    return 'abort';
  }
  for (let index = first; ; index++) {
    const change = decode.takeCombineChange();
    if (change) sampler.useCombine(change.combine);
    const draftLengths = [...controller.draftLengths];
    const verdict =
      sampler.committedTokenIds.length === 0
        ? await sampler.verify(0, 'draw-from-target')
        : await runToVerdict(schedule, sampler, room(decode));
    if (verdict.rejected || verdict.ended) {
      for (const member of members) member.rollbackBefore(sampler.committedTokenIds.length);
    }
    const settled = recorder.measure('text', () => settle(decode, verdict));
    const round = {
      ...endRound(index, settled, draftLengths),
      ...(decode.continues && index === first && { resumed: true as const }),
      ...(change && { combine: change.numbers }),
    };
    controller.observe(round);
    yield round;
    if (settled.finishReason) return settled.finishReason;
    if (!(await carryOn())) return 'abort';
  }
}

/**
 * Tokens that may still be committed: by the request, and by the fullest context of a target. A draft model whose
 * context is full stops drafting, which changes nothing in the text.
 */
function room({ members, sampler, maxTokens }: Decode): number {
  const written = sampler.committedTokenIds.length;
  const contexts = members
    .filter(({ description }) => description.isTarget)
    .map(({ description, promptLength }) => description.contextLength - promptLength - written);
  return Math.min(maxTokens - written, ...contexts);
}

interface Settled {
  readonly proposals: readonly Proposal[];
  readonly committed: readonly TokenId[];
  readonly text: string;
  readonly finishReason: FinishReason | null;
  /** [committed] */
  readonly logprobs?: readonly CommittedLogprob[];
}

/**
 * Turns a verdict into text. The text ends at the first end token, stop string or limit among the committed tokens;
 * what was verified behind it is discarded.
 */
function settle(decode: Decode, verdict: Verdict): Settled {
  const { textStream, maxTokens, sampler } = decode;
  const proposals: Proposal[] = [];
  const committed: TokenId[] = [];
  const logprobs: CommittedLogprob[] = [];
  const writtenBefore = sampler.committedTokenIds.length - verdict.committed.length;
  let finishReason: FinishReason | null = null;
  let untilEnd = verdict.ended ? verdict.committed.length : Number.POSITIVE_INFINITY;
  /** Behind the first token that was dropped, and those that continue it. */
  let dropped: Detokeniser | null = null;
  const drop = (fate: ProposalFate): void => {
    dropped ??= textStream.readAhead();
    proposals.push(withText(fate, dropped.name(fate.tokenId)));
    dropped.append(fate.tokenId);
  };
  for (const fate of verdict.fates) {
    if (finishReason) {
      if (fate.proposer !== null) drop({ ...fate, fate: 'discarded' });
    } else if (fate.fate === 'rejected' || fate.fate === 'discarded') {
      drop(fate);
    } else if (--untilEnd === 0) {
      proposals.push(withText(fate, textStream.readAhead().name(fate.tokenId)));
      textStream.appendEnd(fate.tokenId);
      finishReason = 'end';
    } else {
      const list = verdict.lists?.[committed.length];
      if (list) logprobs.push(logprobOf(fate.tokenId, list, textStream.readAhead()));
      const { piece, stopped } = textStream.append(fate.tokenId);
      proposals.push(withText(fate, piece));
      committed.push(fate.tokenId);
      if (stopped) finishReason = 'stop';
      else if (writtenBefore + committed.length >= maxTokens) finishReason = 'length';
    }
  }
  if (!finishReason && room(decode) <= 0) finishReason = 'context';
  const text = textStream.takeFinal() + (finishReason ? textStream.finish() : '');
  return { proposals, committed, text, finishReason, ...(verdict.lists && { logprobs }) };
}

const withText = ({ proposer, tokenId, q, r, u, fate, deviation }: ProposalFate, text: string): Proposal => ({
  proposer,
  tokenId,
  q,
  r,
  u,
  fate,
  deviation,
  text,
});
