import type { Candidates } from '../../decode/candidates.ts';
import type { CandidatesQuery } from '../../engine/candidates-query.ts';
import type {
  DecodeResult,
  DecodeRun,
  EngineApi,
  EngineInfo,
  EngineOptions,
  LoadedModel,
  PrefillProgress,
} from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import { EngineError, type EngineErrorCode } from '../../errors/engine-error.ts';
import { connect } from '../../openai/connect-with-openai.ts';
import type { Round } from '../../round/round.ts';

/** What a call came to, as plain data: an error thrown out of a page loses its code on the way to the script. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: EngineErrorCode | 'unexpected'; readonly message: string };

/** What terminal.html offers to the script that drives the browser, as `window.antiphon`. */
export interface TerminalHarness {
  readonly connect: typeof connect;
  /** Starts the page's engine and loads models one after the other; once per page. */
  openEngine(options: EngineOptions, models: readonly string[]): Promise<Outcome<readonly LoadedModel[]>>;
  /** Decodes on the page's engine. Each round goes to `window.onAntiphonRound`, if there is one, and is awaited. */
  runDecode(request: DecodeRequest): Promise<Outcome<DecodeResult>>;
  /** Ends the running decode; it comes to a result with finishReason `abort`. */
  stopDecode(): void;
  candidates(query: CandidatesQuery): Promise<Outcome<Candidates>>;
  info(): Promise<EngineInfo>;
}

declare global {
  interface Window {
    antiphon: TerminalHarness;
    onAntiphonRound?: (round: Round) => Promise<void> | void;
    /** Told how far the prompts of a decode are read. */
    onAntiphonPrefill?: (progress: PrefillProgress) => void;
  }
}

async function outcomeOf<Value>(call: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    if (error instanceof EngineError) return { ok: false, code: error.code, message: error.message };
    return { ok: false, code: 'unexpected', message: String(error) };
  }
}

let openedEngine: EngineApi | undefined;
let currentRun: DecodeRun | undefined;
/** A stop that came before its decode, while models load, say. */
let stopped = false;

function engine(): EngineApi {
  if (!openedEngine) throw new Error('terminal.html: call openEngine first');
  return openedEngine;
}

window.antiphon = {
  connect,
  openEngine: (options, models) =>
    outcomeOf(async () => {
      const connected = await connect(options);
      openedEngine = connected;
      const loaded: LoadedModel[] = [];
      for (const model of models) loaded.push(await connected.load(model));
      return loaded;
    }),
  runDecode: (request) =>
    outcomeOf(async () => {
      const run = engine().decode(request, { onPrefill: (progress) => window.onAntiphonPrefill?.(progress) });
      currentRun = run;
      if (stopped) run.stop();
      if (window.onAntiphonRound) {
        for await (const round of run) await window.onAntiphonRound(round);
      }
      return run.result;
    }),
  stopDecode: () => {
    stopped = true;
    currentRun?.stop();
  },
  candidates: (query) => outcomeOf(() => engine().candidates(query)),
  info: () => engine().info(),
};
