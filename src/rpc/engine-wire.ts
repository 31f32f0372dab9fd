import type { ProxyMarked, Remote } from 'comlink';
import type { CombineNumbers } from '../combine/combine.ts';
import type { Candidates } from '../decode/candidates.ts';
import type { PrefillProgress } from '../decode/prefill-members.ts';
import type { CandidatesQuery } from '../engine/candidates-query.ts';
import type {
  DecodeResult,
  EngineInfo,
  ForwardMeasurement,
  HubModel,
  LoadedModel,
  ModelEstimate,
  ResolvedEngineOptions,
  StoredModels,
} from '../engine/engine-api.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import type { LoadProgress } from '../models/files/load-progress.ts';
import type { Round } from '../round/round.ts';
import type { ErrorOnTheWire } from './error-transfer.ts';

/** Names a call, so that it can be aborted: an AbortSignal cannot cross a port. */
export type CallId = number;

/** A function of the page that the worker calls. */
export type Callback<A extends unknown[]> = ((...args: A) => void | Promise<void>) & ProxyMarked;

/** The rounds have crossed already. */
export type ResultOnTheWire = Omit<DecodeResult, 'rounds'>;

/** What crosses the port between page and worker: EngineApi with ids in place of signals and streams. */
export interface EngineWire {
  /** The first call. @param lifeLock name of a lock the worker holds for as long as it lives */
  open(options: ResolvedEngineOptions, lifeLock: string): Promise<void>;
  /** Resolves with the next loss of the GPU device. A callback would be an open port, which keeps a program from ending. */
  nextLoss(): Promise<ErrorOnTheWire>;
  load(
    call: CallId,
    model: string | HubModel,
    token: string | null,
    onProgress: Callback<[LoadProgress]>,
  ): Promise<LoadedModel>;
  /** `onRounds` settles when the page's readers want more: that is the back-pressure. */
  decode(
    call: CallId,
    request: DecodeRequest,
    onRounds: Callback<[readonly Round[]]>,
    onPrefill: Callback<[PrefillProgress]> | null,
  ): Promise<ResultOnTheWire>;
  abort(call: CallId): void;
  /** Does nothing where the decode has ended. */
  update(call: CallId, numbers: CombineNumbers): Promise<void>;
  candidates(call: CallId, query: CandidatesQuery): Promise<Candidates>;
  measureForwards(call: CallId, model: string, budgetMs: number | undefined): Promise<ForwardMeasurement>;
  estimate(call: CallId, model: string | HubModel, token: string | null): Promise<ModelEstimate>;
  storedModels(): Promise<StoredModels>;
  deleteStored(id: string): Promise<number>;
  info(): Promise<EngineInfo>;
  unload(model: string): Promise<void>;
  close(): Promise<void>;
}

export type RemoteWire = Remote<EngineWire>;
