import { type TransferHandler, transferHandlers } from 'comlink';
import { EngineError, type EngineErrorCode, type ErrorDetails } from '../errors/engine-error.ts';
import { inWords } from '../errors/in-words.ts';

/** An error as plain data. Comlink's own handler would lose `code`, `details`, `cause` and the class. */
export interface ErrorOnTheWire {
  readonly kind: 'engine' | 'abort' | 'error' | 'value';
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  readonly code: EngineErrorCode | null;
  readonly details: ErrorDetails;
  readonly cause: ErrorOnTheWire | null;
}

/** Errors nest; a cycle of causes must not. */
const deepestCause = 8;

export function errorToWire(thrown: unknown, depth = 0): ErrorOnTheWire {
  if (!(thrown instanceof Error || thrown instanceof DOMException)) {
    return {
      kind: 'value',
      name: typeof thrown,
      message: inWords(thrown),
      stack: null,
      code: null,
      details: {},
      cause: null,
    };
  }
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return {
    kind: thrown instanceof EngineError ? 'engine' : thrown.name === 'AbortError' ? 'abort' : 'error',
    name: thrown.name,
    message: thrown.message,
    stack: thrown.stack ?? null,
    code: thrown instanceof EngineError ? thrown.code : null,
    details: thrown instanceof EngineError ? thrown.details : {},
    cause: cause === undefined || depth >= deepestCause ? null : errorToWire(cause, depth + 1),
  };
}

export function errorFromWire(wire: ErrorOnTheWire): unknown {
  if (wire.kind === 'value') return wire.message;
  const cause = wire.cause ? errorFromWire(wire.cause) : undefined;
  if (wire.kind === 'abort') return new DOMException(wire.message, 'AbortError');
  if (wire.kind === 'engine' && wire.code) {
    return withStack(new EngineError(wire.code, wire.message, { details: wire.details, cause }), wire.stack);
  }
  const error = new Error(wire.message, cause === undefined ? undefined : { cause });
  error.name = wire.name;
  return withStack(error, wire.stack);
}

function withStack(error: Error, stack: string | null): Error {
  if (stack) error.stack = stack;
  return error;
}

interface Thrown {
  readonly value: unknown;
}

/** What Comlink sends for something thrown. */
interface ThrownOnTheWire {
  readonly isError: boolean;
  readonly value: unknown;
}

/**
 * To be called once on both sides of a port, before the first message. A page may use Comlink for workers of its
 * own that know nothing of this, so what is sent is Comlink's format with one more field, and what arrives without
 * the field goes to Comlink's handler.
 */
export function installErrorTransfer(): void {
  const original = transferHandlers.get('throw') as TransferHandler<Thrown, ThrownOnTheWire> | undefined;
  if (!original) throw new Error('this version of Comlink has no handler for thrown values');
  transferHandlers.set('throw', {
    canHandle: original.canHandle,
    serialize: (thrown: Thrown) => {
      const [plain, transfer] = original.serialize(thrown);
      return [{ ...plain, engineError: errorToWire(thrown.value) }, transfer];
    },
    deserialize: (wire: ThrownOnTheWire & { engineError?: ErrorOnTheWire }) => {
      if (wire.engineError) throw errorFromWire(wire.engineError);
      return original.deserialize(wire);
    },
  });
}
