import { EngineError } from '../../errors/engine-error.ts';
import type { EngineDevice } from '../../gpu/device.ts';
import { checkAnswers } from '../answers/check-answers.ts';
import type { VerificationNoise } from '../causal-model.ts';
import { type BatchGains, batchGains, noGains } from '../costs/batch-gains.ts';
import { type MeasuredBatches, measureBatches } from '../costs/measure-batches.ts';
import { measurePasses, minSampleMs, settledTimes } from '../costs/measure-costs.ts';
import { type MeasurementKey, readMeasurement, writeMeasurement } from '../costs/measurement-store.ts';
import { cheapestPadding, paddedCosts } from '../costs/pass-padding.ts';
import { costsOf, type PassTimes } from '../costs/pass-times.ts';
import { type ActivationPrecision, disagreementLimits, isGross } from '../costs/verification-noise.ts';
import type { ForwardCosts } from '../forward-costs.ts';
import { quantisedActivationOperators } from '../onnx/activation-precision.ts';
import { ortBuild, ortThreads, ortVersion } from '../ort/ort.ts';
import { ModelSession, type SessionRequest } from './model-session.ts';
import { measureNoise } from './self-check.ts';
import { warmUp } from './warm-up.ts';

export type LoadStage = 'create-session' | 'self-check';

export interface CheckedSessionRequest extends SessionRequest {
  readonly sha256: string;
  /** What was done to the graph since the file was read; measurements of one graph say nothing of another. */
  readonly preparation: string;
  readonly vocabSize: number;
  readonly signal?: AbortSignal;
  readonly onStage?: (stage: LoadStage) => void;
}

/**
 * What a first load spends on timing passes; a second load reads the result. That it spends more on a GPU pays where some
 * widths take several times as long as others.
 */
const timingBudgetMs = { wasm: 400, webgpu: 3000 } as const;

/** What it spends on timing passes over two texts. */
const batchBudgetMs = 150;

export interface CheckedSession {
  readonly session: ModelSession;
  readonly noise: VerificationNoise;
  /** t(k) on this machine, of passes padded where that is cheaper; empty on a device that is given up. */
  readonly costs: ForwardCosts;
  /** See CausalModel. */
  readonly batchShare: number;
  /** True if wide and narrow passes disagree by more than rounding explains. */
  readonly gross: boolean;
  /** How many operations have no known answer, by operator. */
  readonly unanswered: ReadonlyMap<string, number>;
}

/**
 * Checks that the operators compute what is known to be right, opens a session and checks that its passes agree. What
 * passes is kept, the operators by signature and the passes by model file, both per backend and adapter. Throws
 * `model-unsupported` where an operator computes something else.
 */
export async function openCheckedSession(request: CheckedSessionRequest): Promise<CheckedSession> {
  const { signal, onStage, vocabSize, contextLength } = request;
  signal?.throwIfAborted();
  onStage?.('create-session');
  const { unanswered } = await checkAnswers({ ...request, key: answersKeyOf(request) });
  const session = await ModelSession.open(request);
  try {
    signal?.throwIfAborted();
    refuseNarrowRows(request, session);
    onStage?.('self-check');
    const key = keyOf('self-check-1', request);
    const limit = disagreementLimits[precisionOf(request, session)];
    let noise = asNoise(await readMeasurement(key));
    // A failed check may be a fault of the moment: it is neither believed nor kept.
    if (!noise || isGross(noise, limit)) {
      noise = await measureNoise(() => session.openSequence(), vocabSize, contextLength, signal);
      if (!isGross(noise, limit)) await writeMeasurement(key, noise);
    }
    signal?.throwIfAborted();
    const gross = isGross(noise, limit);
    // A device that disagrees grossly is given up; WASM has nothing to fall back to.
    const costs = gross && request.device ? [] : await settlePasses(request, session);
    const { shareOfOneToken } = await settleBatches(request, session);
    return { session, noise, costs, batchShare: shareOfOneToken, gross, unanswered };
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

/** Pads the session's passes by what was measured, and answers what they then cost. */
async function settlePasses(request: CheckedSessionRequest, session: ModelSession): Promise<ForwardCosts> {
  const { device, vocabSize, contextLength, signal } = request;
  const backend = device ? 'webgpu' : 'wasm';
  const openSequence = () => session.openSequence();
  const waitForGpu = () => device?.gpu.queue.onSubmittedWorkDone() ?? Promise.resolve();
  const key = keyOf('pass-times-1', request);
  let times = asPassTimes(await readMeasurement(key));
  if (times) {
    // Where nothing is measured, the self-check included, no pass has been run.
    await warmUp(openSequence, { backend, contextLength, waitForGpu, signal });
  } else {
    const measured = await measurePasses(openSequence, {
      vocabSize,
      contextLength,
      budgetMs: timingBudgetMs[backend],
      sampleMs: minSampleMs[backend],
      now: () => performance.now(),
      waitForGpu,
      signal,
    });
    const settled = settledTimes(measured);
    times = settled ?? measured;
    // Unsettled ones are taken anew by the next load.
    if (settled) await writeMeasurement(key, settled);
  }
  const padding = session.padPasses(cheapestPadding(times));
  return paddedCosts(costsOf(times), padding);
}

/** Lets the session feed two texts in one pass where that was measured to pay and to answer the same. */
async function settleBatches(request: CheckedSessionRequest, session: ModelSession): Promise<BatchGains> {
  const { vocabSize, signal } = request;
  const batching = session.batchPasses(noGains);
  if (!batching) return noGains;
  const key = keyOf('batch-times-1', request);
  const limit = disagreementLimits[precisionOf(request, session)];
  let measured = asMeasuredBatches(await readMeasurement(key));
  if (!measured || isGross(measured.noise, limit)) {
    const openSequence = () => session.openSequence();
    const options = { vocabSize, budgetMs: batchBudgetMs, now: () => performance.now(), signal };
    measured = await measureBatches(openSequence, batching, options);
    if (isGross(measured.noise, limit)) return noGains;
    await writeMeasurement(key, measured);
  }
  const gains = batchGains(measured.times, session.cacheRowBytes);
  session.batchPasses(gains);
  return gains;
}

function keyOf(kind: string, request: CheckedSessionRequest): MeasurementKey {
  const { sha256, preparation, device } = request;
  return { kind: preparation ? `${kind}-${preparation}` : kind, subject: sha256, ...placeOf(device) };
}

/** One place for the operators of all models. */
const answersKeyOf = ({ device }: CheckedSessionRequest): MeasurementKey => ({
  kind: 'answers-1',
  subject: 'operators',
  ...placeOf(device),
});

function placeOf(device: EngineDevice | null): Omit<MeasurementKey, 'kind' | 'subject'> {
  return {
    backend: device ? 'webgpu' : 'wasm',
    adapter: device ? `${device.adapterName}${device.usesSubgroups ? ' with subgroups' : ''}` : 'cpu',
    ortVersion: ortVersion(),
    ortBuild: ortBuild(),
    threads: ortThreads(),
  };
}

function asPassTimes(kept: unknown): readonly PassTimes[] | null {
  if (!Array.isArray(kept) || kept.length === 0) return null;
  const isNumber = (value: unknown) => typeof value === 'number';
  const isPassTimes = (one: Partial<PassTimes> | null) =>
    isNumber(one?.tokens) && Array.isArray(one?.ms) && one.ms.length > 0 && one.ms.every(isNumber);
  return kept.every(isPassTimes) ? (kept as readonly PassTimes[]) : null;
}

function asMeasuredBatches(kept: unknown): MeasuredBatches | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const { times, noise } = kept as Partial<Record<string, unknown>>;
  const isTimes = (value: unknown) =>
    Array.isArray(value) && value.length > 0 && value.every((ms) => typeof ms === 'number');
  const isBatchTimes = ({ tokens, apartMs, togetherMs }: Record<string, unknown>) =>
    typeof tokens === 'number' && isTimes(apartMs) && isTimes(togetherMs);
  const checkedNoise = asNoise(noise);
  if (!checkedNoise || !Array.isArray(times) || !times.every(isBatchTimes)) return null;
  return { times, noise: checkedNoise };
}

function asNoise(kept: unknown): VerificationNoise | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const { maxLogitDifference, meanTotalVariation } = kept as Partial<Record<string, unknown>>;
  // JSON turns NaN into null: such a result is measured again.
  if (typeof maxLogitDifference !== 'number' || typeof meanTotalVariation !== 'number') return null;
  return { maxLogitDifference, meanTotalVariation };
}
