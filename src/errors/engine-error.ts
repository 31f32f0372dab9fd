/** What went wrong, as a caller may branch on it. The codes are part of the public interface. */
export type EngineErrorCode =
  | 'model-load'
  | 'model-unsupported'
  | 'vocabulary-mismatch'
  | 'context-full'
  | 'out-of-memory'
  | 'device-lost'
  | 'invalid-request'
  | 'invalid-trace'
  | 'worker-lost'
  | 'download'
  | 'storage-full'
  | 'integrity';

/** Facts behind an error: plain data, so that they cross a worker's port unchanged. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/**
 * The one error class of the engine. `message` says what failed, the value seen, the limit and the next
 * step; `code` and `details` carry the same for programs. Code, details and cause survive the worker's port.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  readonly details: ErrorDetails;

  constructor(
    code: EngineErrorCode,
    message: string,
    options: { details?: ErrorDetails; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}
