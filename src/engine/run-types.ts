/** The types that requests, rounds and results are made of: every entry of the package exports them. */
export type { CombineNumbers } from '../combine/combine.ts';
export type { SpeedUp } from '../decode/speed-up.ts';
export type {
  DecodeStatistics,
  ForwardsByWidth,
  PairStatistics,
  ProposerStatistics,
  VerdictCounts,
} from '../decode/statistics.ts';
export type { BackendKind } from '../models/causal-model.ts';
export type { ChatMessage, ChatRole } from '../prompt/chat-message.ts';
export type { Proposer } from '../round/proposer.ts';
export type {
  CommittedLogprob,
  Forward,
  ForwardKind,
  Phase,
  Proposal,
  Round,
  TokenLogprob,
} from '../round/round.ts';
export type { ProposalFate } from '../round/round-sampler.ts';
export type { TokenId } from '../tokens/token-id.ts';
export type { Fate } from '../verify/acceptance.ts';
export type {
  BackendChoice,
  DecodeResult,
  FinishReason,
  ResultStatistics,
  Resumption,
} from './engine-api.ts';
export type * from './request-types.ts';
