import { EngineError, type EngineErrorCode } from '../errors/engine-error.ts';

/** An error as OpenAI's API tells it. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: 'invalid_request_error' | 'server_error';
    /** The field at fault; null where it is none. */
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** The client has a class for each of these: BadRequestError, ConflictError, UnprocessableEntityError, InternalServerError. */
const statusOf: Readonly<Record<EngineErrorCode, number>> = {
  'invalid-request': 400,
  'invalid-trace': 400,
  'context-full': 400,
  'vocabulary-mismatch': 409,
  'model-unsupported': 422,
  'model-load': 500,
  download: 500,
  integrity: 500,
  'out-of-memory': 503,
  'device-lost': 503,
  'worker-lost': 503,
  'storage-full': 507,
};

/** Codes that programs know from OpenAI; the others are the engine's own. */
const openAiCodes: Partial<Record<EngineErrorCode, string | null>> = {
  'invalid-request': null,
  'context-full': 'context_length_exceeded',
};

/** An error of a call that arrived; an abort is none. */
export function errorResponse(error: unknown): { readonly status: number; readonly body: ErrorBody } {
  if (!(error instanceof EngineError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: 500, body: { error: { message, type: 'server_error', param: null, code: null } } };
  }
  const { code, details } = error;
  // A model that is unloaded between the check and its turn is reported by the engine, without a field.
  const isMissingModel = details.openAiCode === 'model_not_found' || Array.isArray(details.loaded);
  const status = isMissingModel ? 404 : statusOf[code];
  const field = typeof details.field === 'string' ? details.field : null;
  const param = isMissingModel ? 'model' : field && paramOf(field);
  // Messages begin with the field.
  const message =
    field && param && error.message.startsWith(field)
      ? param + error.message.slice(field.length)
      : error.message;
  const named = typeof details.openAiCode === 'string' ? details.openAiCode : null;
  return {
    status,
    body: {
      error: {
        message,
        type: status < 500 ? 'invalid_request_error' : 'server_error',
        param,
        code: isMissingModel
          ? 'model_not_found'
          : (named ?? openAiCodes[code] ?? (code in openAiCodes ? null : code)),
      },
    },
  };
}

/** The engine's name of a field that only it can check, as the caller knows it. */
function paramOf(field: string): string {
  return field.startsWith('sampling.logitBias') ? 'logit_bias' : field;
}

/** A request that no call of this API is meant by. */
export function refusedRequest(
  status: 400 | 404 | 405,
  message: string,
  code: string | null,
): { readonly status: number; readonly body: ErrorBody } {
  return { status, body: { error: { message, type: 'invalid_request_error', param: null, code } } };
}
