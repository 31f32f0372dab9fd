import { EngineError, type ErrorDetails } from '../../errors/engine-error.ts';

/** How ONNX Runtime, the WebAssembly engine and WebGPU say that memory ran out. */
const outOfMemoryPatterns: readonly RegExp[] = [
  /out of memory/i,
  /out-of-memory/i,
  /bad_alloc/i,
  /failed to allocate/i,
  /allocation failed/i,
  /cannot allocate/i,
  /cannot enlarge memory/i,
  /Aborted\(OOM\)/i,
  /array buffer allocation/i,
  /invalid (typed )?array length/i,
  /exceeds? the max(imum)? buffer size/i,
];

export function isOutOfMemory(failure: unknown): boolean {
  const text = failureText(failure);
  return outOfMemoryPatterns.some((pattern) => pattern.test(text));
}

/** What a backend lacks for a graph that is otherwise sound, in ONNX Runtime's words and in ours. */
const missingAbilities: readonly { readonly pattern: RegExp; problem(match: string): string }[] = [
  {
    pattern: /Could not find an implementation for (\w+)\(\d+\)/,
    problem: (operator) => `the operator ${operator} has no implementation on this backend`,
  },
  {
    pattern: /Program (\w+) requires f16 but the device does not support it/,
    problem: (program) => `${program} computes in float16, and this adapter has no shader-f16`,
  },
];

/**
 * Turns what ONNX Runtime threw into an EngineError: `out-of-memory`, `model-unsupported` or `model-load`. Errors that already are
 * one pass unchanged. `doing` completes "… failed".
 */
export function ortError(doing: string, failure: unknown, details: ErrorDetails = {}): EngineError {
  if (failure instanceof EngineError) return failure;
  const text = failureText(failure);
  for (const { pattern, problem } of missingAbilities) {
    const match = pattern.exec(text)?.[1];
    if (match === undefined) continue;
    return new EngineError(
      'model-unsupported',
      `${doing} failed: ${problem(match)}. Choose another dtype of the model, or the other backend.`,
      { details: { ...details, problems: [problem(match)] }, cause: failure },
    );
  }
  return isOutOfMemory(failure)
    ? new EngineError(
        'out-of-memory',
        `${doing} failed, memory ran out: ${text}. Unload a model, or choose a smaller one.`,
        { details, cause: failure },
      )
    : new EngineError('model-load', `${doing} failed: ${text}`, { details, cause: failure });
}

/** WebAssembly code may throw a bare number: the address of a C++ exception. */
function failureText(failure: unknown): string {
  if (failure instanceof Error) return failure.message;
  if (typeof failure === 'number') return `ONNX Runtime threw the C++ exception at address ${failure}`;
  return String(failure);
}
