import { EngineError, type EngineErrorCode, type ErrorDetails } from '../../errors/engine-error.ts';

/** What the page can do after a failure: call the same again, start a new engine, or leave it to the reader. */
export type Remedy = 'retry' | 'restart-engine' | 'change-request' | 'reload-page';

/** A failure in words for the reader. */
export interface Failure {
  readonly code: EngineErrorCode | 'unexpected';
  /** What happened, in a sentence; null where the message is all there is to say. */
  readonly summary: string | null;
  /** The engine's own words. */
  readonly message: string;
  /** They tell how much was needed and how much there is: they stand in sight. */
  readonly hasNumbers: boolean;
  readonly nextStep: string;
  readonly remedy: Remedy;
  /** Ids to choose from where the failed one is unknown. */
  readonly knownModels: readonly string[];
}

type Advice = Pick<Failure, 'summary' | 'nextStep' | 'remedy'>;

const advice: Readonly<Record<Failure['code'], Advice>> = {
  download: {
    summary: 'A file could not be downloaded.',
    nextStep: 'Check the connection, then try again.',
    remedy: 'retry',
  },
  'storage-full': {
    summary: 'This browser has no room left for the model’s files.',
    nextStep: 'Delete stored models below, then try again.',
    remedy: 'retry',
  },
  integrity: {
    summary: 'A downloaded file was damaged and was discarded.',
    nextStep: 'Try again to download it once more.',
    remedy: 'retry',
  },
  'model-load': {
    summary: 'The model could not be started.',
    nextStep: 'Try again; if it fails again, reload the page.',
    remedy: 'retry',
  },
  'model-unsupported': {
    summary: 'The engine cannot run this model’s file.',
    nextStep: 'Choose another model, or another export of this one.',
    remedy: 'change-request',
  },
  'vocabulary-mismatch': {
    summary: null,
    nextStep: 'Choose models of one family.',
    remedy: 'change-request',
  },
  'context-full': {
    summary: null,
    nextStep: 'Shorten the prompt, then start again.',
    remedy: 'change-request',
  },
  'invalid-request': {
    summary: null,
    nextStep: 'Change this setting, then start again.',
    remedy: 'change-request',
  },
  'invalid-trace': { summary: null, nextStep: 'Open another file.', remedy: 'change-request' },
  'out-of-memory': {
    summary: 'There is not enough memory for this.',
    nextStep: 'Close other tabs or choose smaller models, then restart the engine.',
    remedy: 'restart-engine',
  },
  'device-lost': {
    summary: 'The browser took the graphics card away from the page.',
    nextStep: 'Try again, or choose the WASM backend if it happens again.',
    remedy: 'retry',
  },
  'worker-lost': {
    summary: 'The engine stopped unexpectedly.',
    nextStep: 'Restart the engine; the models are still stored.',
    remedy: 'restart-engine',
  },
  unexpected: {
    summary: 'The page ran into an error.',
    nextStep: 'Reload the page. If it happens again, please report it.',
    remedy: 'reload-page',
  },
};

const unknownId: Advice = {
  summary: 'There is no model with this name.',
  nextStep: 'Choose one of these:',
  remedy: 'change-request',
};

const noSuchModel: Advice = {
  summary: null,
  nextStep: 'Check the name, or choose another model.',
  remedy: 'change-request',
};

const notReadable: Advice = {
  ...noSuchModel,
  summary: 'The model is private, gated, or does not exist.',
};

/** What the code alone does not say: whether the same call may succeed the next time. */
function adviceOn(code: Failure['code'], details: ErrorDetails): Advice & Partial<Failure> {
  if (code === 'model-load') {
    const { known, repo, address } = details;
    if (Array.isArray(known) && known.length > 0) return { ...unknownId, knownModels: known };
    if (known !== undefined || repo !== undefined || address !== undefined) return noSuchModel;
  }
  return code === 'download' && details.reason === 'access' ? notReadable : advice[code];
}

export function describeFailure(error: unknown): Failure {
  const code = error instanceof EngineError ? error.code : 'unexpected';
  const details = error instanceof EngineError ? error.details : {};
  const message = error instanceof Error ? error.message : String(error);
  return {
    code,
    message: message || 'No reason was given.',
    hasNumbers: code === 'out-of-memory',
    knownModels: [],
    ...adviceOn(code, details),
  };
}

/** The file is on a server that cannot be reached, and there is no connection: the reader need not look for a fault. */
export function isOffline({ code, message }: Failure): boolean {
  if (navigator.onLine) return false;
  // Of the engine's own script no more is known than that it is not there (rpc/connect.ts).
  return code === 'download' || (code === 'worker-lost' && message.includes('script could not be loaded'));
}
