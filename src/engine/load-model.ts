import { EngineError } from '../errors/engine-error.ts';
import type { CausalModel } from '../models/causal-model.ts';
import type { FileStore } from '../models/file-store.ts';
import type { LoadProgress } from '../models/load-progress.ts';
import { fetchModelFiles } from '../models/model-files.ts';
import type { ModelRuntime } from '../models/runtime.ts';
import { SequencePool } from '../models/sequence-pool.ts';
import type { ChatTemplate } from '../prompt/chat-template.ts';
import { findChatTemplate } from '../prompt/find-chat-template.ts';
import { createTokenizer } from '../tokens/hf-tokenizer.ts';
import type { TokenId } from '../tokens/token-id.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { Vocabulary } from '../tokens/vocabulary.ts';
import type { LoadedModel } from './engine-api.ts';

/** A model ready to decode with. */
export interface LoadedEntry {
  readonly description: LoadedModel;
  readonly model: CausalModel;
  /** Size of the ONNX file. */
  readonly weightBytes: number;
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
  readonly baseUrl: string;
  readonly store: FileStore;
  readonly runtime: ModelRuntime;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
}

/**
 * Files -> tokenizer and session -> entry. Stored copies of files that turn out to be broken are removed, so that
 * the next load downloads them again.
 */
export async function loadModel(id: string, options: LoadModelOptions): Promise<LoadedEntry> {
  const { runtime, signal, onProgress } = options;
  let last: LoadProgress | null = null;
  const files = await fetchModelFiles(id, {
    modelsUrl: options.modelsUrl,
    bundledCatalogueUrl: options.catalogueUrl,
    baseUrl: options.baseUrl,
    store: options.store,
    signal,
    onProgress: (progress) => {
      last = progress;
      onProgress(progress);
    },
  });
  const report = (stage: LoadProgress['stage']) => {
    if (last) onProgress({ ...last, stage, file: null });
  };
  const weightBytes = files.onnx.byteLength;
  try {
    const tokenizer = createTokenizer(files.tokenizerJson, files.tokenizerConfig);
    const chatTemplate = findChatTemplate(files.tokenizerConfig, files.templateFile);
    const model = await runtime.loadModel(
      {
        id,
        onnx: files.onnx,
        sha256: files.sha256,
        contextLength: files.config.contextLength,
        vocabSize: tokenizer.vocabSize,
      },
      { signal, onStage: report },
    );
    const pool = new SequencePool(model);
    report('ready');
    return {
      description: {
        id,
        title: files.title,
        backend: model.backend,
        contextLength: model.contextLength,
        vocabSize: tokenizer.vocabSize,
        hasChatTemplate: chatTemplate !== null,
        bytes: files.bytes,
        sha256: files.sha256,
        noise: model.noise,
        notes: model.notes,
      },
      model,
      weightBytes,
      pool,
      tokenizer,
      chatTemplate,
      vocabulary: { name: id, vocabSize: tokenizer.vocabSize, fingerprint: tokenizer.fingerprint },
      endTokenIds: new Set(files.eosTokenIds),
      beginTokenId: tokenizer.beginTokenId ?? files.bosTokenId,
      dispose: async () => {
        pool.dispose();
        await model.dispose();
      },
    };
  } catch (error) {
    // What no hash vouches for may be broken in ways that do not look like it.
    const isSuspect = !files.verified && error instanceof EngineError;
    if (isSuspect || (error instanceof EngineError && error.code === 'integrity')) await files.forget();
    throw error;
  }
}
