import { EngineError } from '../errors/engine-error.ts';
import type { CausalModel } from '../models/causal-model.ts';
import type { FileLocks } from '../models/files/download/file-locks.ts';
import type { Timer } from '../models/files/download/timer.ts';
import type { HubModel } from '../models/files/hub/hub-model.ts';
import type { LoadProgress } from '../models/files/load-progress.ts';
import { estimateMemory, type MemoryTarget, requireMemory } from '../models/files/memory-estimate.ts';
import { fetchModelFiles } from '../models/files/model-files.ts';
import type { FileStore } from '../models/files/storage/file-store.ts';
import { onOrtDownload } from '../models/ort/ort-download.ts';
import { maxCachesFor, SequencePool } from '../models/sequence-pool.ts';
import type { ChatTemplate } from '../prompt/chat-template.ts';
import { findChatTemplate } from '../prompt/find-chat-template.ts';
import { createTokenizer } from '../tokens/hf-tokenizer.ts';
import type { TokenId } from '../tokens/token-id.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { Vocabulary } from '../tokens/vocabulary.ts';
import type { LoadedModel } from './engine-api.ts';
import type { Runtime } from './engine-life.ts';

/** A model ready to decode with. */
export interface LoadedEntry {
  readonly description: LoadedModel;
  readonly model: CausalModel;
  /** Size of the ONNX file and those beside it. */
  readonly weightBytes: number;
  /** What it was estimated to take; 0 where nothing told. */
  readonly memoryBytes: number;
  readonly pool: SequencePool;
  readonly tokenizer: Tokenizer;
  readonly vocabulary: Vocabulary;
  readonly endTokenIds: ReadonlySet<TokenId>;
  /** How the model reads a conversation; null where it was not made for one. */
  readonly chatTemplate: ChatTemplate | null;
  /** What an empty prompt becomes; null where the model names no beginning-of-text token. */
  readonly beginTokenId: TokenId | null;
  dispose(): Promise<void>;
}

export interface LoadModelOptions {
  readonly modelsUrl: string;
  readonly catalogueUrl: string;
  readonly hubUrl: string;
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly store: FileStore;
  /** How its downloads wait for others of the same file, and for servers. */
  readonly locks: FileLocks;
  readonly timer: Timer;
  readonly runtime: Runtime;
  /** What there is for it. */
  readonly memoryTarget: MemoryTarget;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
}

/**
 * Files -> tokenizer and session -> entry. Stored copies of files that turn out to be broken are removed, so that
 * the next load downloads them again.
 */
export async function loadModel(
  model: string | HubModel,
  id: string,
  options: LoadModelOptions,
): Promise<LoadedEntry> {
  const { runtime, signal, onProgress } = options;
  let last: LoadProgress | null = null;
  let memoryBytes = 0;
  let maxCaches: number | undefined;
  const files = await fetchModelFiles(model, {
    modelsUrl: options.modelsUrl,
    bundledCatalogueUrl: options.catalogueUrl,
    hubUrl: options.hubUrl,
    baseUrl: options.baseUrl,
    token: options.token,
    store: options.store,
    locks: options.locks,
    timer: options.timer,
    target: runtime.weightsTarget,
    signal,
    onDescription: (description) => {
      const estimate = estimateMemory(description, options.memoryTarget);
      requireMemory(description, estimate);
      memoryBytes = estimate.totalBytes;
      maxCaches = maxCachesFor(estimate);
    },
    onProgress: (progress) => {
      last = progress;
      onProgress(progress);
    },
  });
  const report = (stage: LoadProgress['stage']) => {
    if (last) onProgress({ ...last, stage, file: null });
  };
  const endWatch = onOrtDownload((bytesLoaded, bytesTotal) => {
    const filesDone = bytesLoaded === bytesTotal ? 1 : 0;
    const own = { modelId: id, file: null, filesDone, filesTotal: 1, cached: false };
    onProgress({ ...own, stage: 'runtime', bytesLoaded, bytesTotal });
    // Compiling what has arrived is part of creating the session.
    if (filesDone === 1) report('create-session');
  });
  const weightBytes = files.externalFiles.reduce(
    (sum, { data }) => sum + data.byteLength,
    files.onnx.byteLength,
  );
  try {
    const tokenizer = createTokenizer(files.tokenizerJson, files.tokenizerConfig);
    const chatTemplate = findChatTemplate(files.tokenizerConfig, files.templateFile);
    const causalModel = await runtime.loadModel(
      {
        id,
        onnx: files.onnx,
        externalFiles: files.externalFiles,
        sha256: files.sha256,
        contextLength: files.config.contextLength,
        vocabSize: tokenizer.ownVocabSize,
      },
      { signal, onStage: report },
    );
    const pool = new SequencePool(causalModel, maxCaches);
    report('ready');
    return {
      description: {
        id,
        title: files.title,
        backend: causalModel.backend,
        contextLength: causalModel.contextLength,
        vocabSize: tokenizer.vocabSize,
        hasChatTemplate: chatTemplate !== null,
        bytes: files.bytes,
        sha256: files.sha256,
        noise: causalModel.noise,
        costs: causalModel.costs,
        notes: causalModel.notes,
      },
      model: causalModel,
      weightBytes,
      memoryBytes,
      pool,
      tokenizer,
      chatTemplate,
      vocabulary: {
        name: id,
        ...tokenizer.tableUpTo(tokenizer.vocabSize),
        scored: tokenizer.tableUpTo(causalModel.width),
      },
      endTokenIds: new Set(files.eosTokenIds),
      beginTokenId: tokenizer.beginTokenId ?? files.bosTokenId,
      dispose: async () => {
        pool.freeIdle();
        await causalModel.dispose();
      },
    };
  } catch (error) {
    const code = error instanceof EngineError ? error.code : null;
    // What no hash vouches for may be broken in ways that do not look like it. A lack of memory is no fault of the files.
    const isSuspect = !files.verified && code !== null && code !== 'out-of-memory' && code !== 'device-lost';
    if (isSuspect || code === 'integrity') await files.forget();
    throw error;
  } finally {
    endWatch();
  }
}
