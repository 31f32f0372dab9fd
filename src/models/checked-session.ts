import { EngineError } from '../errors/engine-error.ts';
import type { EngineDevice } from '../gpu/device.ts';
import { quantisedActivationOperators } from './activation-precision.ts';
import type { VerificationNoise } from './causal-model.ts';
import { type MeasurementKey, readMeasurement, writeMeasurement } from './measurement-store.ts';
import { ModelSession, type SessionRequest } from './model-session.ts';
import { ortVersion } from './ort.ts';
import { type ActivationPrecision, disagreementLimits, isGross, measureNoise } from './self-check.ts';

export type LoadStage = 'create-session' | 'self-check';

export interface CheckedSessionRequest extends SessionRequest {
  readonly sha256: string;
  readonly vocabSize: number;
  readonly signal?: AbortSignal;
  readonly onStage?: (stage: LoadStage) => void;
}

export interface CheckedSession {
  readonly session: ModelSession;
  readonly noise: VerificationNoise;
  /** True if wide and narrow passes disagree by more than rounding explains. */
  readonly gross: boolean;
}

/** Opens a session and tells whether its passes agree; measured once per model file, backend and adapter. */
export async function openCheckedSession(request: CheckedSessionRequest): Promise<CheckedSession> {
  const { signal, onStage, vocabSize, contextLength } = request;
  signal?.throwIfAborted();
  onStage?.('create-session');
  const session = await ModelSession.open(request);
  try {
    signal?.throwIfAborted();
    refuseNarrowRows(request, session);
    onStage?.('self-check');
    const key = keyOf(request.sha256, request.device);
    let noise = asNoise(await readMeasurement(key));
    if (!noise) {
      noise = await measureNoise(() => session.openSequence(), vocabSize, contextLength, signal);
      await writeMeasurement(key, noise);
    }
    signal?.throwIfAborted();
    return { session, noise, gross: isGross(noise, disagreementLimits[precisionOf(request, session)]) };
  } catch (error) {
    await session.release();
    throw error;
  }
}

function refuseNarrowRows({ modelId, vocabSize }: CheckedSessionRequest, { width }: ModelSession): void {
  if (width >= vocabSize) return;
  throw new EngineError(
    'vocabulary-mismatch',
    `Model ${modelId} scores ${width} tokens, but its tokenizer has ${vocabSize}: the files do not belong together.`,
    { details: { modelId, width, vocabSize } },
  );
}

function precisionOf(request: CheckedSessionRequest, session: ModelSession): ActivationPrecision {
  if (quantisedActivationOperators(request.graph).length > 0) return 'int8';
  return session.floatType;
}

function keyOf(sha256: string, device: EngineDevice | null): MeasurementKey {
  return {
    kind: 'self-check-1',
    sha256,
    backend: device ? 'webgpu' : 'wasm',
    adapter: device ? `${device.adapterName}${device.usesSubgroups ? ' with subgroups' : ''}` : 'cpu',
    ortVersion: ortVersion(),
  };
}

function asNoise(kept: unknown): VerificationNoise | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const { maxLogitDifference, meanTotalVariation } = kept as Partial<Record<string, unknown>>;
  // JSON turns NaN into null: such a result is measured again.
  if (typeof maxLogitDifference !== 'number' || typeof meanTotalVariation !== 'number') return null;
  return { maxLogitDifference, meanTotalVariation };
}
