/** What all of the package's entries for engines have in common: everything but `connect`. */
export type { Candidate, CandidateList, Candidates } from './decode/candidates.ts';
export { type CandidatesQuery, candidatesQuery, type ProposalPlace } from './engine/candidates-query.ts';
export type {
  AdapterDescription,
  DecodeOptions,
  DecodeRun,
  EngineApi,
  EngineInfo,
  EngineOptions,
  ForwardMeasurement,
  HubModel,
  LifeState,
  LoadedModel,
  LoadOptions,
  LoadProgress,
  MeasureForwardsOptions,
  MemoryEstimate,
  ModelEstimate,
  OrtBuild,
  PassTimes,
  PrefillProgress,
  StoredModel,
  StoredModels,
} from './engine/engine-api.ts';
export type * from './engine/run-types.ts';
export { EngineError, type EngineErrorCode, type ErrorDetails } from './errors/engine-error.ts';
export type { VerificationNoise } from './models/causal-model.ts';
export type { Dtype } from './models/files/dtype.ts';
export type { ForwardCost, ForwardCosts } from './models/forward-costs.ts';
export type * from './openai/chat-types.ts';
export type * from './openai/completion-types.ts';
export type { ConnectedEngine } from './openai/connected-engine.ts';
export { createFetch } from './openai/create-fetch.ts';
export { type OpenAiApi, openAiApi } from './openai/openai-api.ts';
export type { BeginDecode } from './speed/measure-pairs.ts';
export { measureRun, type RunToMeasure } from './speed/measure-run.ts';
export {
  type MeasuredSpeedUp,
  measuredSpeedUp,
  type SpeedOutcome,
  type SpeedPair,
} from './speed/speed-up.ts';
export type { Clock } from './trace/clock.ts';
export { readTrace } from './trace/read-trace.ts';
export { Replay, type ReplayOptions } from './trace/replay.ts';
export {
  recordedCandidates,
  type Trace,
  type TraceCandidates,
  type TraceHeader,
  type TraceMember,
} from './trace/trace.ts';
export {
  candidatesLine as traceCandidatesLine,
  type HeaderParts as TraceHeaderParts,
  headerLine as traceHeaderLine,
  resultLine as traceResultLine,
  roundLine as traceRoundLine,
  speedPairLine as traceSpeedPairLine,
  traceHeader,
  writeTrace,
} from './trace/write-trace.ts';
