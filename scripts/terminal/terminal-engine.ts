import type {
  BackendChoice,
  DecodeResult,
  EngineInfo,
  LoadedModel,
  PrefillProgress,
} from '../../src/engine/engine-api.ts';
import type { DecodeRequest } from '../../src/engine/request-types.ts';
import type { Round } from '../../src/round/round.ts';

/** What a command line wants of the engine. */
export interface EngineNeeds {
  readonly backend: BackendChoice;
  /** Folder of models, ending with a slash; null for the bundled ones. */
  readonly modelsUrl: URL | null;
  /** Models to load, in this order. */
  readonly usedModels: readonly string[];
  /** Models that must exist, used or not. */
  readonly namedModels: readonly string[];
  /** File or URL of a custom combination; null without one. */
  readonly combineModule: string | null;
  /** Called with every round; the engine waits for it. */
  readonly onRound?: (round: Round) => void;
  /** Called while prompts are read, chunk after chunk. */
  readonly onPrefill?: (progress: PrefillProgress) => void;
}

/** The real engine with its models, driven from a terminal, wherever it runs. Models have the names the user gave. */
export interface TerminalEngine {
  /** Where it runs, for example `Node.js 20.19.0` or `Chromium 141.0.7390.37`. */
  readonly host: string;
  readonly models: readonly LoadedModel[];
  /** A second call waits in the engine's queue. Throws EngineError. */
  decode(request: DecodeRequest): Promise<DecodeResult>;
  /** Ends the running decode and every later one: they come to a result with finishReason `abort`. */
  stop(): Promise<void>;
  info(): Promise<EngineInfo>;
  close(): Promise<void>;
}

/** @throws Error or EngineError where a module or a model is not there, or the engine does not open */
export type OpenTerminalEngine = (needs: EngineNeeds) => Promise<TerminalEngine>;
