import { assembleDecode } from '../decode/assemble-decode.ts';
import { type Decode, decodeRounds, type FinishReason } from '../decode/decode-loop.ts';
import { speedUpOf } from '../decode/speed-up.ts';
import { summarize } from '../decode/statistics.ts';
import { EngineError } from '../errors/engine-error.ts';
import { nextTask } from '../gpu/next-task.ts';
import type { BackendKind } from '../models/causal-model.ts';
import { type FileStore, openFileStore } from '../models/file-store.ts';
import { ModelRuntime } from '../models/runtime.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import { CpuSampler } from '../round/cpu-sampler.ts';
import { RoundRecorder } from '../round/round-recorder.ts';
import { TextStream } from '../tokens/text-stream.ts';
import type { TokenId } from '../tokens/token-id.ts';
import { assertSameVocabulary } from '../tokens/vocabulary.ts';
import { type DecodeRequest, type ValidDecodeRequest, validateDecodeRequest } from './decode-request.ts';
import type {
  DecodeResult,
  DecodeRun,
  EngineApi,
  EngineInfo,
  LoadedModel,
  LoadOptions,
  ResolvedEngineOptions,
} from './engine-api.ts';
import { type LoadedEntry, loadModel } from './load-model.ts';
import { membersOf, planMethod, withDefaultProposer } from './method-members.ts';
import { RequestQueue } from './request-queue.ts';
import type { RoundStream } from './round-stream.ts';
import { startRun } from './start-run.ts';

/** Models, their sequences and the queue of requests. Lives in a worker; has no DOM. */
export class Engine implements EngineApi {
  readonly #options: ResolvedEngineOptions;
  readonly #queue = new RequestQueue();
  readonly #models = new Map<string, LoadedEntry>();
  /** Loads in progress, so that two callers of one model share one download. */
  readonly #loading = new Map<string, Promise<LoadedEntry>>();
  readonly #closed = new AbortController();
  #runtime: Promise<ModelRuntime> | null = null;
  #store: Promise<FileStore> | null = null;

  constructor(options: ResolvedEngineOptions) {
    this.#options = options;
  }

  async load(model: string, options: LoadOptions = {}): Promise<LoadedModel> {
    const signal = options.signal
      ? AbortSignal.any([options.signal, this.#closed.signal])
      : this.#closed.signal;
    signal.throwIfAborted();
    const loaded = this.#models.get(model);
    if (loaded) return loaded.description;
    const inProgress = this.#loading.get(model);
    if (inProgress) {
      // The one who started it may abort it; then this caller's own turn has come.
      await inProgress.catch(() => {});
      return this.load(model, options);
    }
    const loading = this.#load(model, signal, options.onProgress);
    this.#loading.set(model, loading);
    try {
      return (await loading).description;
    } finally {
      this.#loading.delete(model);
    }
  }

  decode(request: DecodeRequest, options: { readonly signal?: AbortSignal } = {}): DecodeRun {
    const signals = options.signal ? [this.#closed.signal, options.signal] : [this.#closed.signal];
    return startRun(signals, (stream, signal) => this.#enqueue(request, stream, signal));
  }

  async info(): Promise<EngineInfo> {
    const runtime = await this.#runtime?.catch(() => null);
    return {
      backend: runtime?.backend ?? null,
      backendReason: runtime?.backendReason ?? 'No model is loaded yet.',
      threads: runtime?.threads ?? 1,
      models: [...this.#models.values()].map(({ description }) => description),
      liveGpuBuffers: runtime?.liveGpuBuffers() ?? 0,
      liveGpuBytes: runtime?.liveGpuBytes() ?? 0,
    };
  }

  async unload(model: string): Promise<void> {
    await this.#queue.run(async () => {
      const entry = this.#models.get(model);
      this.#models.delete(model);
      await entry?.dispose();
    });
  }

  async close(): Promise<void> {
    this.#closed.abort(new EngineError('worker-lost', 'the engine was closed: connect again'));
    await Promise.allSettled(this.#loading.values());
    await this.#queue.run(async () => {
      for (const entry of this.#models.values()) await entry.dispose();
      this.#models.clear();
      await (await this.#runtime?.catch(() => null))?.close();
    });
  }

  async #load(
    model: string,
    signal: AbortSignal,
    onProgress: LoadOptions['onProgress'],
  ): Promise<LoadedEntry> {
    this.#store ??= openFileStore();
    const entry = await loadModel(model, {
      ...this.#options,
      store: await this.#store,
      runtime: await this.#openRuntime(),
      signal,
      onProgress: onProgress ?? (() => {}),
    });
    this.#models.set(model, entry);
    return entry;
  }

  /** A runtime that failed to open is tried again by the next load. */
  #openRuntime(): Promise<ModelRuntime> {
    this.#runtime ??= ModelRuntime.open(this.#options.backend).catch((error: unknown) => {
      this.#runtime = null;
      throw error;
    });
    return this.#runtime;
  }

  async #enqueue(request: DecodeRequest, stream: RoundStream, signal: AbortSignal): Promise<DecodeResult> {
    const valid = validateDecodeRequest(request);
    const entries = this.#members(valid);
    const skipped = (): DecodeResult => emptyResult(valid, entries, 'abort');
    return this.#queue.run(() => this.#decode(valid, stream, signal), signal, skipped);
  }

  /** Models of the request, in member order. Throws `invalid-request` for one that is not loaded. */
  #members(request: ValidDecodeRequest): readonly LoadedEntry[] {
    const entries = membersOf(request).map(({ model }) => {
      const entry = this.#models.get(model);
      if (entry) return entry;
      const known = [...this.#models.keys()];
      throw new EngineError(
        'invalid-request',
        `model "${model}" is not loaded (loaded: ${known.join(', ') || 'none'}): call load("${model}") first`,
        { details: { model, loaded: known } },
      );
    });
    const [first, ...others] = entries;
    for (const other of others) assertSameVocabulary(first.vocabulary, other.vocabulary);
    return entries;
  }

  async #decode(asked: ValidDecodeRequest, stream: RoundStream, signal: AbortSignal): Promise<DecodeResult> {
    // Looked up again: a model may have been unloaded while the request waited.
    const entries = this.#members(asked);
    const request = withDefaultProposer(
      asked,
      entries.map(({ model, description }) => ({ costs: model.costs, bytes: description.bytes })),
    );
    const runtime = await this.#openRuntime();
    const recorder = new RoundRecorder(() => performance.now());
    const [{ tokenizer, endTokenIds }] = entries;
    const members = membersOf(request);
    const prompts = members.map(({ prompt }, member) => encodePrompt(prompt, entries[member]));
    for (const [member, prompt] of prompts.entries()) assertPromptFits(prompt, entries[member]);
    const method = await planMethod(request, this.#options.baseUrl);
    const leases = entries.map(({ pool }, member) => pool.acquire(prompts[member]));
    const textStream = new TextStream(tokenizer, request.stop, prompts[0]);
    let decode: Decode | null = null;
    try {
      const assembled = assembleDecode({
        method,
        members: entries.map(({ model }, member) => ({
          modelId: model.id,
          sequence: leases[member].sequence,
          promptTokenIds: prompts[member],
          contextLength: model.contextLength,
          costs: model.costs,
          sampling: members[member].sampling,
        })),
        sampling: request.sampling,
        tokenizer,
        textStream,
        recorder,
        endTokenIds,
        maxTokens: request.maxTokens,
        signal,
        takeTurn: nextTask,
        readbacks: () => runtime.readbacks(),
        createSampler: (plan) => new CpuSampler(plan, new PhiloxSource(request.seed), recorder),
      });
      decode = assembled.decode;
      const finishReason = await this.#pump(decode, stream, signal);
      const { rounds } = stream;
      const statistics = summarize(
        rounds,
        entries.map(({ model }) => model.id),
        runtime.liveGpuBuffers(),
      );
      const costs = entries.map(({ model }) => model.costs);
      return {
        // After an abort the stream still holds back what could have become a stop string.
        text: rounds.map(({ text }) => text).join('') + textStream.finish(),
        promptTokenIds: prompts[0],
        tokenIds: rounds.flatMap(({ committed }) => committed),
        finishReason,
        backend: entries[0].model.backend,
        rounds,
        seed: request.seed,
        request,
        lossy: assembled.lossy,
        stats: { ...statistics, speedUp: speedUpOf(statistics, method, costs) },
      };
    } finally {
      const written = decode?.sampler.committedTokenIds ?? [];
      decode?.sampler.dispose();
      for (const [member, lease] of leases.entries()) lease.release([...prompts[member], ...written]);
    }
  }

  async #pump(decode: Decode, stream: RoundStream, signal: AbortSignal): Promise<FinishReason> {
    const rounds = decodeRounds(decode);
    for (;;) {
      const next = await rounds.next();
      if (next.done) return next.value;
      await stream.push(next.value, signal);
    }
  }
}

/** Decoding starts from the logits behind a token, so an empty prompt needs one to begin a text with. */
function encodePrompt(prompt: string, { tokenizer, beginTokenId, model }: LoadedEntry): readonly TokenId[] {
  const ids = tokenizer.encode(prompt);
  if (ids.length > 0) return ids;
  if (beginTokenId !== null) return [beginTokenId];
  throw new EngineError(
    'invalid-request',
    `prompt is empty and ${model.id} has no beginning-of-text token: give it a first word`,
    { details: { field: 'prompt', model: model.id } },
  );
}

function assertPromptFits(promptTokenIds: readonly TokenId[], { model }: LoadedEntry): void {
  const { contextLength, id } = model;
  if (promptTokenIds.length <= contextLength) return;
  throw new EngineError(
    'context-full',
    `the prompt has ${promptTokenIds.length} tokens and the context of ${id} holds ${contextLength}: shorten the prompt`,
    { details: { promptTokens: promptTokenIds.length, contextLength, model: id } },
  );
}

/** The result of a request that was taken out of the queue before its turn. */
function emptyResult(
  request: ValidDecodeRequest,
  entries: readonly LoadedEntry[],
  finishReason: FinishReason,
): DecodeResult {
  const modelIds = entries.map(({ model }) => model.id);
  const backend: BackendKind = entries[0].model.backend;
  return {
    text: '',
    promptTokenIds: encodePrompt(request.prompt, entries[0]),
    tokenIds: [],
    finishReason,
    backend,
    rounds: [],
    seed: request.seed,
    request,
    lossy: false,
    stats: { ...summarize([], modelIds, 0), speedUp: null },
  };
}
