/** What a page gets from `import 'antiphon/player'`: the element `<antiphon-player>`. */
import type { BackendChoice, DecodeResult } from '../engine/engine-api.ts';
import type {
  AcceptanceCriterion,
  CollaborativeMember,
  Combination,
  DecodeMethod,
  DraftLength,
  ScheduleKind,
} from '../engine/request-types.ts';
import type { EngineErrorCode } from '../errors/engine-error.ts';
import type { Round } from '../round/round.ts';

export type * from '../engine/run-types.ts';
export type { EngineErrorCode };

/** A member and its own settings. */
export type PlayerMember = CollaborativeMember;

/**
 * Settings of the next run. Each is a property, and an attribute with a hyphenated name (`maxTokens`, `max-tokens`);
 * null means that the attribute is absent. They are validated like a request.
 */
export interface PlayerSettings {
  prompt: string;
  /** Default: `collaborative`. */
  method: DecodeMethod['kind'] | null;
  /**
   * Model names separated by spaces or commas, or a JSON list. `plain` takes one model; `speculative` takes a target and
   * a draft model, or only a target to use n-gram lookup. Default: the bundled story models.
   */
  members: string | readonly (string | PlayerMember)[] | null;
  /** Default: `weighted`. */
  combine: Combination['kind'] | null;
  /** For weighted and geometric: one number per member, separated by spaces or commas. Default: equal weights. */
  weights: string | readonly number[] | null;
  /** For contrastive: how strongly the second member (amateur) is subtracted from the first (expert). */
  mu: number | null;
  /** Of contrastive: plausibility mask, 0 to 1. */
  alpha: number | null;
  /** Of custom: address of the module, relative to the page. */
  combineUrl: string | null;
  schedule: ScheduleKind | null;
  acceptance: AcceptanceCriterion['kind'] | null;
  /** Of lenient: ℓ, 1 or more. */
  leniency: number | null;
  /** Of typical. */
  epsilon: number | null;
  /** Of typical. */
  delta: number | null;
  /** Index of the member that starts. */
  defaultProposer: number | null;
  /** A number or `adaptive`; with several members also a list with one per member. */
  draftLength: string | number | readonly DraftLength[] | null;
  /** Same seed, same text; a random seed for each run if null. */
  seed: number | null;
  /** Maximum number of tokens to write. */
  maxTokens: number | null;
  temperature: number | null;
  topK: number | null;
  topP: number | null;
  minP: number | null;
  /** The text ends before the first of these. The attribute takes one string or a JSON list. */
  stopStrings: string | readonly string[] | null;
  /** Folder of the models; default: `models/` beside the page. */
  modelsUrl: string | null;
  /** Catalogue of the models; default: `catalogue.json` in their folder. */
  catalogueUrl: string | null;
  backend: BackendChoice | null;
  /** What to show, separated by spaces: `story`, `rhythm` (loaded on demand), `numbers`. Default: `story numbers`. */
  views: string | null;
  /** Start by itself whenever the element comes into the page. */
  autoplay: boolean;
}

/**
 * `idle` before the first run, `loading` while the engine starts and models come, `waiting` for another player's run,
 * `running`, `done`, `failed`.
 */
export type PlayerState = 'idle' | 'loading' | 'waiting' | 'running' | 'done' | 'failed';

/** Detail of the event `round`. */
export interface PlayerRoundDetail {
  readonly round: Round;
  /** All text so far, without the prompt. */
  readonly text: string;
}

/** Detail of the event `done`. */
export interface PlayerDoneDetail {
  /** A run that was stopped ends too: `finishReason` is `abort`. */
  readonly result: DecodeResult;
}

/** Detail of the event `error`. */
export interface PlayerErrorDetail {
  readonly code: EngineErrorCode | 'unsupported-browser' | 'unexpected';
  readonly message: string;
  /** The error itself, an EngineError where its code is one. */
  readonly error: unknown;
}

/** Events of the element; all of them bubble, also out of shadow roots. */
export interface PlayerEventMap {
  round: CustomEvent<PlayerRoundDetail>;
  done: CustomEvent<PlayerDoneDetail>;
  error: CustomEvent<PlayerErrorDetail>;
}

/** How the element's listeners are added and removed. */
export type PlayerEventListener = <K extends keyof PlayerEventMap>(
  type: K,
  listener: (this: AntiphonPlayer, event: PlayerEventMap[K]) => unknown,
  options?: boolean | AddEventListenerOptions,
) => void;

/** The element. */
export interface AntiphonPlayer extends HTMLElement, PlayerSettings {
  /** Also an attribute, for styles. */
  readonly state: PlayerState;
  /**
   * Ends a run in progress, loads the models, and starts a run with the current settings. Resolves with the result, or
   * with null if the run failed (see the event `error`), was replaced by another, or the element left the page.
   */
  start(): Promise<DecodeResult | null>;
  /** Ends the run within a round, or the loading; what is written stays. */
  stop(): void;
  addEventListener: PlayerEventListener & HTMLElement['addEventListener'];
  removeEventListener: PlayerEventListener & HTMLElement['removeEventListener'];
}

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-player': AntiphonPlayer;
  }
}
