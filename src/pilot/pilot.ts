import type { DecodeResult, FinishReason } from '../engine/engine-api.ts';
import type { DecodeMethod, DecodeRequest } from '../engine/request-types.ts';
import type { ChatMessage } from '../prompt/chat-message.ts';
import type { Expected } from './expected.ts';

/*
 * The words of this folder. A *pilot* runs *methods* on *prompts*. Methods stand in *groups*: the first of a group is
 * its *reference*, which asks every target for every token, and all of a group follow one distribution (or, under a
 * lossy criterion, say how far they are off). A *cell* is one prompt with one seed; what is compared ran in one cell. A
 * *case* is one method in one cell, before it has run; a *run* is what became of it.
 */

export interface PilotPrompt {
  /** What is continued; of a chat, what its messages say, for people. */
  readonly text: string;
  /** What the file calls it; null where it does not. */
  readonly id: string | null;
  /** Of a chat: a reply to them is written, by way of the model's template. */
  readonly messages?: readonly ChatMessage[];
  /** What its continuation should be; without it nothing is expected. */
  readonly expected?: Expected;
  /** Of the file, counted from 1 as editors do. */
  readonly line?: number;
}

export type Method = DecodeMethod;
export type TeamMethod = Extract<Method, { kind: 'collaborative' }>;
export type Acceptance = NonNullable<TeamMethod['acceptance']>;

export interface PilotMethod {
  /** Unlike that of any other in its group. */
  readonly title: string;
  readonly method: Method;
}

export interface PilotGroup {
  /** Whose distribution the texts follow: the model or the team, with λ or μ. */
  readonly title: string;
  /** The reference first. */
  readonly methods: readonly PilotMethod[];
}

/** All that decides what is run; plain data. */
export interface PilotPlan {
  readonly prompts: readonly PilotPrompt[];
  readonly groups: readonly PilotGroup[];
  /** What all runs share; each cell has a seed of its own, counted up from this one. */
  readonly request: Omit<DecodeRequest, 'prompt' | 'messages' | 'method'> & { readonly seed: number };
  /** Cells of each prompt. */
  readonly repeats: number;
}

export interface PilotCase {
  /** Position in the order of execution, from 0. */
  readonly number: number;
  /** Index of the prompt. */
  readonly prompt: number;
  /** From 0. */
  readonly repeat: number;
  /** Indices of group and method. */
  readonly group: number;
  readonly method: number;
  readonly request: DecodeRequest & { readonly seed: number };
}

/** What is kept of a case that ran, or that the engine refused for its prompt alone. */
export type PilotRun = FinishedRun | FailedRun;

interface RunBase {
  /** Number of its case. */
  readonly case: number;
  /** When the session that ran it began, ISO 8601: an interrupted pilot has several. */
  readonly session: string;
}

export interface FailedRun extends RunBase {
  readonly failure: { readonly code: string; readonly message: string };
}

export interface FinishedRun extends RunBase {
  readonly failure: null;
  /** From the call to its answer, queue and port included. */
  readonly elapsedMs: number;
  readonly text: string;
  readonly tokenIds: readonly number[];
  readonly finishReason: Exclude<FinishReason, 'abort'>;
  readonly timeToFirstTokenMs: number | null;
  /** Speeds are counted behind the first token: prefill is the same for all methods. */
  readonly tokensAfterFirst: number;
  readonly msAfterFirst: number;
  /** Forwards behind the first token, of the models that every token is to follow. */
  readonly targetForwards: number;
  /** And of a draft model. */
  readonly draftForwards: number;
  /** Behind the first token too, in the order of `modelsOfMethod`; runs that older versions kept lack it. */
  readonly forwardsByModel?: readonly { readonly count: number; readonly ms: number }[];
  readonly accepted: number;
  readonly rejected: number;
  /** Measured total variation from the combined distribution under a lossy criterion; null otherwise. */
  readonly deviation: { readonly mean: number; readonly max: number; readonly positions: number } | null;
  /** What the formulas make of this run's acceptance and costs; null for references. */
  readonly predictedSpeedUp: number | null;
}

/** What the user wants of a method. */
export interface PilotCriteria {
  /** Of the median over the prompts. */
  readonly minSpeedUp: number;
  /** Of the mean total variation a position. */
  readonly maxDeviation: number;
  /** Share of the texts that are the reference's, where both should write one text: temperature 0, `coupled`. */
  readonly minSameTexts: number;
  /** Pass rate of the reference minus the method's, as a share of 1. */
  readonly maxPassRateLoss: number;
}

/** What one forward pass of each model costs, in a unit of the user's; null: its measured milliseconds. */
export type CostPerForward = Readonly<Record<string, number>> | null;

/** As much of the engine as a pilot needs; EngineApi is one. */
export interface PilotEngine {
  decode(
    request: DecodeRequest,
    options?: { readonly signal?: AbortSignal },
  ): { readonly result: Promise<DecodeResult> };
}

/** Where finished runs are kept, so that an interrupted pilot goes on. Its methods may reject: then nothing is kept. */
export interface PilotStore {
  /** What is kept under a plan's key, unchecked. */
  read(key: string): Promise<readonly unknown[]>;
  add(key: string, run: PilotRun): Promise<void>;
}
