import { validateDecodeRequest } from '../engine/decode-request.ts';
import type {
  EngineApi,
  EngineInfo,
  ForwardMeasurement,
  LoadedModel,
  LoadProgress,
} from '../engine/engine-api.ts';
import { engineVersion } from '../engine/engine-version.ts';
import { type MemberRequest, membersOf } from '../engine/request-members.ts';
import type { DecodeMethod, DecodeRequest } from '../engine/request-types.ts';
import { sizeText } from '../errors/byte-text.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { BackendKind } from '../models/causal-model.ts';
import { requestsAlong } from '../speed/contexts.ts';
import { measurePairs } from '../speed/measure-pairs.ts';
import { referenceOf } from '../speed/reference.ts';
import type { MeasurePlan } from './measure-plan.ts';
import {
  type MeasuredBackend,
  type MeasuredHost,
  type MeasuredMethod,
  type Measurement,
  measurementFormat,
  measurementVersion,
} from './measurement.ts';
import { backendNames, methodNames } from './names.ts';

/** What is being done, for the reader. */
export interface MeasureProgress {
  readonly what: string;
  /** Of the whole measurement, 0 to 1. */
  readonly share: number;
}

export interface MeasureParts {
  readonly connect: (backend: BackendKind) => Promise<EngineApi>;
  readonly plan: MeasurePlan;
  readonly host: MeasuredHost;
  /** Default: both. */
  readonly backends?: readonly BackendKind[];
  /** Less than the default is for tests. */
  readonly effort?: Effort;
  readonly onProgress?: (progress: MeasureProgress) => void;
  readonly signal?: AbortSignal;
  readonly now?: () => number;
}

/** How long to measure. */
export interface Effort {
  /** For a backend, downloads left out, and what earlier ones have left over; what has not begun by then is skipped. */
  readonly backendMs: number;
  /** For the passes of one model. */
  readonly passesMs: number;
  /** For the pairs of one method. */
  readonly pairsMs: number;
  /** Pairs of a method. */
  readonly pairs: number;
  /** Tokens of each text, where the device is fast enough. */
  readonly tokens: number;
}

/** Both backends together stay below two minutes: what was begun in time is finished. */
export const usualEffort: Effort = {
  backendMs: 50_000,
  passesMs: 3000,
  pairsMs: 10_000,
  pairs: 7,
  tokens: 24,
};

/** A text of fewer tokens says more of the clock than of the method. */
const minTokens = 4;

/**
 * Self-check, t(k) and both methods beside their references, on one backend after the other, each in an engine of its own.
 * A backend that cannot be had, or fails, is reported as such.
 * @throws the signal's reason once aborted, and whatever WASM fails with
 */
export async function measureDevice({
  connect,
  plan,
  host,
  backends = ['wasm', 'webgpu'],
  effort = usualEffort,
  onProgress = () => {},
  signal = new AbortController().signal,
  now = () => performance.now(),
}: MeasureParts): Promise<Measurement> {
  const createdAt = new Date().toISOString();
  const measured: Measurement['backends'] = [];
  const clock = new MeasureClock(now);
  const stepsPerBackend = 2 * plan.timed.length + 2 * (effort.pairs + 1);
  for (const [index, backend] of backends.entries()) {
    const report = (what: string, done: number): void =>
      onProgress({
        what: `${backendNames[backend]}: ${what}`,
        share: (index + Math.min(done, stepsPerBackend) / stepsPerBackend) / backends.length,
      });
    report('opening the engine …', 0);
    const leftMs = (): number => (index + 1) * effort.backendMs - clock.ms;
    const parts = { connect, plan, effort, report, signal, now, clock, leftMs };
    try {
      measured.push(await measureBackend(backend, parts));
    } catch (error) {
      signal.throwIfAborted();
      // What WASM cannot do is a fault of the models; another backend may simply be missing.
      if (backend === 'wasm' || !(error instanceof EngineError)) throw error;
      measured.push({ outcome: 'unavailable', backend, reason: reasonOf(error) });
    }
  }
  return {
    ...{ format: measurementFormat, version: measurementVersion, engineVersion, createdAt, host },
    backends: measured,
  };
}

interface BackendParts
  extends Required<Pick<MeasureParts, 'connect' | 'plan' | 'effort' | 'signal' | 'now'>> {
  readonly clock: MeasureClock;
  readonly leftMs: () => number;
  readonly report: (what: string, done: number) => void;
}

async function measureBackend(backend: BackendKind, parts: BackendParts): Promise<MeasuredBackend> {
  const { connect, plan, effort, report, signal, now, clock, leftMs } = parts;
  const engine = await connect(backend);
  let done = 0;
  let longestLoadMs = 0;
  const loaded: LoadedModel[] = [];
  const load = async (model: string): Promise<void> => {
    const startMs = clock.ms;
    const onProgress = ({ stage, bytesLoaded, bytesTotal }: LoadProgress): void => {
      const isDownload = stage === 'download' || stage === 'runtime';
      clock.pause(isDownload);
      const what = stage === 'runtime' ? 'the engine' : model;
      const size = `${sizeText(bytesLoaded)}${bytesTotal === null ? '' : ` of ${sizeText(bytesTotal)}`}`;
      report(isDownload ? `loading ${what}, ${size} …` : `checking ${model} …`, done);
    };
    try {
      loaded.push(await engine.load(model, { signal, onProgress }));
    } finally {
      clock.pause(false);
      longestLoadMs = Math.max(longestLoadMs, clock.ms - startMs);
    }
  };
  try {
    for (const model of plan.timed) {
      await load(model);
      done += 1;
    }
    const forwards: ForwardMeasurement[] = [];
    for (const { id, title } of [...loaded]) {
      report(`timing calls of ${title} …`, done);
      const budgetMs = Math.max(0, Math.min(effort.passesMs, leftMs()));
      forwards.push(await engine.measureForwards(id, { budgetMs, signal }));
      done += 1;
    }
    const { speculative, turns } = plan.methodsOf(loaded);
    const methods: MeasuredMethod[] = [];
    for (const [kind, method] of [
      ['speculative', speculative],
      ['turns', turns],
    ] as const) {
      if (method) {
        const models = new Set(membersIn(method).map(({ model }) => model));
        const missing = [...models].filter((model) => !loaded.some(({ id }) => id === model));
        const isInTime = leftMs() > missing.length * longestLoadMs;
        if (isInTime) for (const model of missing) await load(model);
        methods.push(
          await measureMethod(kind, method, {
            ...{ engine, plan, effort, signal, now, loaded },
            budgetMs: isInTime ? Math.min(effort.pairsMs, leftMs()) : 0,
            onPair: (pairs) =>
              report(
                `${methodNames[kind]} beside its reference, ${pairs} of ${effort.pairs} pairs …`,
                done + pairs,
              ),
          }),
        );
      }
      done += effort.pairs + 1;
    }
    return {
      ...{ outcome: 'measured' as const, backend, methods },
      ...placeOf(await engine.info(), forwards),
      models: loaded.map(({ id, title, bytes, sha256, backend: own, noise, notes }) => ({
        ...{ id, title, bytes, sha256, backend: own, noise, notes: [...notes] },
        passes: (forwards.find(({ model }) => model === id)?.passes ?? []).map(({ tokens, ms }) => ({
          ...{ tokens, ms: [...ms] },
        })),
      })),
    };
  } finally {
    await engine.close().catch(() => {});
  }
}

/** Time since it was made, without its pauses. */
class MeasureClock {
  readonly #now: () => number;
  #startMs: number;
  #pausedMs: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
    this.#startMs = now();
  }

  get ms(): number {
    return (this.#pausedMs ?? this.#now()) - this.#startMs;
  }

  pause(isPaused: boolean): void {
    if (isPaused) this.#pausedMs ??= this.#now();
    else if (this.#pausedMs !== null) {
      this.#startMs += this.#now() - this.#pausedMs;
      this.#pausedMs = null;
    }
  }
}

const membersIn = (method: DecodeMethod): readonly MemberRequest[] =>
  membersOf(validateDecodeRequest({ prompt: '', method }));

function placeOf(
  { backendReason, threads }: EngineInfo,
  forwards: readonly ForwardMeasurement[],
): Pick<MeasuredBackend, 'reason' | 'threads' | 'onnxRuntime' | 'adapter'> {
  const adapter = forwards.find((one) => one.adapter)?.adapter ?? null;
  return {
    ...{ reason: backendReason, threads },
    onnxRuntime: { ...forwards[0].onnxRuntime },
    adapter: adapter && {
      ...adapter,
      features: [...adapter.features],
      featuresInUse: [...adapter.featuresInUse],
      limits: { ...adapter.limits },
    },
  };
}

interface MethodParts extends Pick<BackendParts, 'plan' | 'effort' | 'signal' | 'now'> {
  readonly engine: EngineApi;
  readonly loaded: readonly LoadedModel[];
  readonly budgetMs: number;
  readonly onPair: (pairs: number) => void;
}

async function measureMethod(
  kind: MeasuredMethod['kind'],
  method: DecodeMethod,
  { engine, plan, effort, loaded, budgetMs, signal, now, onPair }: MethodParts,
): Promise<MeasuredMethod> {
  const tokens = tokensFor(method, loaded, { ...effort, pairsMs: budgetMs });
  const request: DecodeRequest = { prompt: plan.prompt, seed: 1, maxTokens: tokens, method };
  const reference = referenceOf(request);
  if (!reference) throw new EngineError('invalid-request', 'plain decoding has nothing to be compared with');
  const pairs: MeasuredMethod['pairs'] = [];
  const answer = (failure: string | null, acceptanceRate: number | null): MeasuredMethod => ({
    ...{ kind, acceptanceRate, pairs, failure },
    request: { ...request, method: { ...method } },
    reference: { ...reference, method: { ...reference.method } },
  });
  if (budgetMs <= 0) return answer('no time was left for it', null);
  onPair(0);
  try {
    // The first decodes of an engine are slower than all later ones. The method's text is where the pairs go on from.
    await engine.decode({ ...reference, maxTokens: minTokens }, { signal }).result;
    const { rounds, stats } = await engine.decode({ ...request, maxTokens: 2 * tokens }, { signal }).result;
    const places = requestsAlong(request, rounds, { count: effort.pairs, tokens });
    const requests = places.map((one) => ({ method: one, reference: referenceOf(one) ?? reference }));
    const decode = (one: DecodeRequest) => engine.decode(one);
    for await (const pair of measurePairs({ decode, pairs: requests, budgetMs, now, signal })) {
      pairs.push({ ...pair });
      onPair(pairs.length);
    }
    signal.throwIfAborted();
    return answer(pairs.length === 0 ? 'its texts ended at once' : null, stats.acceptanceRate);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof EngineError)) throw error;
    return answer(reasonOf(error), null);
  }
}

/** As many tokens a text as let all pairs run in their time, if every token cost the reference's forwards. */
function tokensFor(
  method: DecodeMethod,
  loaded: readonly LoadedModel[],
  { pairs, pairsMs, tokens }: Effort,
): number {
  const msPerToken = membersIn(method)
    .filter(({ isTarget }) => isTarget)
    .flatMap(({ model }) => loaded.find(({ id }) => id === model)?.costs ?? [])
    .reduce((sum, cost) => sum + (cost.tokens === 1 ? cost.ms : 0), 0);
  return Math.max(minTokens, Math.min(tokens, Math.floor(pairsMs / (2 * pairs * msPerToken))));
}

/** "The webgpu backend was requested but is not available: no graphics adapter was found. …" -> its middle. */
const reasonOf = ({ message, details }: EngineError): string =>
  typeof details.reason === 'string' ? details.reason : message;
