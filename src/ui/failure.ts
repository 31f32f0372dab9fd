import { EngineError, type EngineErrorCode } from '../errors/engine-error.ts';

/** What the page can do after a failure: call the same again, start a new engine, or leave it to the reader. */
export type Remedy = 'retry' | 'restart-engine' | 'change-request' | 'reload-page';

/** A failure in words for the reader. */
export interface Failure {
  readonly code: EngineErrorCode | 'unexpected';
  readonly message: string;
  readonly nextStep: string;
  readonly remedy: Remedy;
}

const advice: Readonly<Record<Failure['code'], { readonly nextStep: string; readonly remedy: Remedy }>> = {
  download: { nextStep: 'Check the connection, then try again.', remedy: 'retry' },
  'storage-full': { nextStep: 'Delete stored models below, then try again.', remedy: 'retry' },
  integrity: {
    nextStep: 'The file was not kept. Try again: it is fetched anew.',
    remedy: 'retry',
  },
  'model-load': { nextStep: 'Try again; if it fails once more, reload the page.', remedy: 'retry' },
  'model-unsupported': { nextStep: 'Another export of this model is needed.', remedy: 'retry' },
  'vocabulary-mismatch': { nextStep: 'Choose two models of one family.', remedy: 'change-request' },
  'context-full': { nextStep: 'Shorten the prompt, then start again.', remedy: 'change-request' },
  'invalid-request': { nextStep: 'Change this setting, then start again.', remedy: 'change-request' },
  'invalid-trace': { nextStep: 'Open another file.', remedy: 'change-request' },
  'out-of-memory': {
    nextStep: 'Close other tabs, then restart the engine.',
    remedy: 'restart-engine',
  },
  'device-lost': { nextStep: 'Restart the engine; the models are still stored.', remedy: 'restart-engine' },
  'worker-lost': { nextStep: 'Restart the engine; the models are still stored.', remedy: 'restart-engine' },
  unexpected: { nextStep: 'Reload the page. If it happens again, please report it.', remedy: 'reload-page' },
};

export function describeFailure(error: unknown): Failure {
  const code = error instanceof EngineError ? error.code : 'unexpected';
  const message = error instanceof Error ? error.message : String(error);
  return { code, message: message || 'No reason was given.', ...advice[code] };
}
