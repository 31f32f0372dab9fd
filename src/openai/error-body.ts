import { EngineError, type EngineErrorCode } from '../errors/engine-error.ts';
import type { Fault } from '../errors/parse-or-throw.ts';

/** An error as OpenAI's API tells it. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: 'invalid_request_error' | 'server_error';
    /** The field at fault; null where it is none. */
    readonly param: string | null;
    /** OpenAI's where it has one for the fault, else the engine's own. */
    readonly code: string;
  };
}

/** A request at fault has a status that no client repeats on its own: clients repeat 408, 409, 429 and 500 upwards. */
const answers: Readonly<Record<EngineErrorCode, { readonly status: number; readonly code?: string }>> = {
  'invalid-request': { status: 400, code: 'invalid_value' },
  'invalid-trace': { status: 400 },
  'context-full': { status: 400, code: 'context_length_exceeded' },
  'vocabulary-mismatch': { status: 422 },
  'model-unsupported': { status: 422 },
  'model-load': { status: 500 },
  download: { status: 500 },
  integrity: { status: 500 },
  'out-of-memory': { status: 503 },
  'device-lost': { status: 503 },
  'worker-lost': { status: 503 },
  'storage-full': { status: 507 },
};

/** OpenAI's codes for fields. */
const codeOfFault: Readonly<Record<Fault['reason'], string>> = {
  unknown: 'unknown_parameter',
  missing: 'missing_required_parameter',
  type: 'invalid_type',
  value: 'invalid_value',
};

/** An error of a call that arrived; an abort is none. */
export function errorResponse(error: unknown): { readonly status: number; readonly body: ErrorBody } {
  if (!(error instanceof EngineError)) {
    const message = error instanceof Error ? error.message : String(error);
    const body = { message, type: 'server_error', param: null, code: 'internal_error' } as const;
    return { status: 500, body: { error: body } };
  }
  const { details } = error;
  // A model that is unloaded between the check and its turn is reported by the engine, without a field.
  const isMissingModel = details.openAiCode === 'model_not_found' || Array.isArray(details.loaded);
  const status = isMissingModel ? 404 : answers[error.code].status;
  const field = typeof details.field === 'string' ? details.field : null;
  const param = isMissingModel ? 'model' : field && paramOf(field);
  // Messages begin with the field.
  const message =
    field && param && error.message.startsWith(field)
      ? param + error.message.slice(field.length)
      : error.message;
  const type = status < 500 ? 'invalid_request_error' : 'server_error';
  const code = isMissingModel ? 'model_not_found' : codeOf(error);
  return { status, body: { error: { message, type, param, code } } };
}

function codeOf({ code, details: { openAiCode, reason } }: EngineError): string {
  if (typeof openAiCode === 'string') return openAiCode;
  const ofFault = code === 'invalid-request' && codeOfFault[reason as Fault['reason']];
  return ofFault || (answers[code].code ?? code);
}

/**
 * The engine's name of a field as callers of this API know it: `messages.0.content` -> `messages[0].content`. The keys of
 * biases are no indexes.
 */
function paramOf(field: string): string {
  const param = field.replace(/^sampling\.logitBias/, 'logit_bias');
  return param.replace(/(?<!logit_bias|logitBias)\.(\d+)(?=\.|$)/g, '[$1]');
}

/** A request that no call of this API is meant by. */
export function refusedRequest(
  status: 400 | 404 | 405,
  message: string,
  code: string,
): { readonly status: number; readonly body: ErrorBody } {
  return { status, body: { error: { message, type: 'invalid_request_error', param: null, code } } };
}
