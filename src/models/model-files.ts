import type { EngineError } from '../errors/engine-error.ts';
import { hasChatTemplate, type TemplateFile } from '../prompt/find-chat-template.ts';
import type { TokenId } from '../tokens/token-id.ts';
import { parseJson, type RemoteFile } from './download.ts';
import { type Dtype, onnxPath } from './dtype.ts';
import { type FetchedFile, failureOf, fetchFile, isNotFound } from './fetch-file.ts';
import { type LoadProgress, LoadProgressTracker } from './load-progress.ts';
import { dtypesOf, type ModelAddress, type ModelSources, resolveModel } from './model-address.ts';
import { type ModelConfig, readModelConfig } from './model-config.ts';

export interface FetchModelOptions extends Omit<ModelSources, 'onBytes'> {
  /** Stages `download` and, at the end, `verify`. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** A model's files, verified where a catalogue knows them, and what they say of the model. */
export interface ModelFiles {
  /** As asked for: catalogue id or URL, with its dtype if one was given. */
  readonly id: string;
  readonly title: string;
  readonly config: ModelConfig;
  readonly eosTokenIds: readonly TokenId[];
  readonly bosTokenId: TokenId | null;
  readonly tokenizerJson: unknown;
  /** `{}` where the folder has no tokenizer_config.json. */
  readonly tokenizerConfig: unknown;
  /** The chat template beside the tokenizer; asked for only where tokenizer_config.json has none. */
  readonly templateFile: TemplateFile | null;
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** Of `onnx`, lower-case hex. */
  readonly sha256: string;
  readonly dtype: Dtype;
  /** Of all files. */
  readonly bytes: number;
  /** True where the hashes of a catalogue were checked. */
  readonly verified: boolean;
  /** Removes the stored copies, for content that turned out to be unusable: the next load downloads again. */
  forget(): Promise<void>;
}

const CONFIG = 'config.json';
const GENERATION_CONFIG = 'generation_config.json';
const TOKENIZER = 'tokenizer.json';
const TOKENIZER_CONFIG = 'tokenizer_config.json';
const CHAT_TEMPLATE = 'chat_template.jinja';
/** What older exports have in its place. */
const CHAT_TEMPLATE_JSON = 'chat_template.json';

/**
 * Fetches the files of `model`: the id of a catalogue, the name of a folder in `modelsUrl`, or the URL of a folder
 * in the Hugging Face ONNX layout; ":dtype" behind it chooses among the weights (default: the catalogue's, else q4,
 * else fp32). Throws EngineError `model-load` (unknown id), `invalid-request` (unknown dtype), `download`,
 * `integrity`, `model-unsupported` (config.json of another kind of model), `out-of-memory`; an abort throws the
 * signal's reason. The first failure ends the other downloads.
 */
export async function fetchModelFiles(model: string, options: FetchModelOptions): Promise<ModelFiles> {
  const address = await resolveModel(model, options);
  const folder = new FolderFetch(model, address, options);
  // First and alone: it tells whether the folder exists, before megabytes are asked for.
  const config = await folder.fetchConfig();
  const [generation, tokenizer, { config: tokenizerConfig, template }, weights] =
    await folder.fetchTogether();
  const files = [config, generation, tokenizer, tokenizerConfig, template, weights.file].filter(
    (file) => file !== null,
  );
  const described = readModelConfig(
    parseJson(config.bytes),
    generation === null ? null : parseJson(generation.bytes),
    address.folderUrl,
  );
  return {
    id: model,
    title: address.title,
    ...described,
    tokenizerJson: parseJson(tokenizer.bytes),
    tokenizerConfig: tokenizerConfig === null ? {} : parseJson(tokenizerConfig.bytes),
    templateFile: template === null ? null : asTemplateFile(template),
    onnx: weights.file.bytes,
    sha256: weights.file.sha256,
    dtype: weights.dtype,
    bytes: files.reduce((sum, file) => sum + file.bytes.length, 0),
    verified: files.every((file) => file.key.sha256 !== null),
    forget: async () => {
      await Promise.allSettled(files.map((file) => options.store.remove(file.key)));
    },
  };
}

function asTemplateFile({ key, bytes }: FetchedFile): TemplateFile {
  if (key.url.endsWith(CHAT_TEMPLATE)) return { kind: 'jinja', text: new TextDecoder().decode(bytes) };
  return { kind: 'json', json: parseJson(bytes) };
}

/** tokenizer_config.json, and the chat template where another file holds it. */
interface TokenizerDescription {
  readonly config: FetchedFile | null;
  readonly template: FetchedFile | null;
}

interface Weights {
  readonly file: FetchedFile;
  readonly dtype: Dtype;
}

/** The downloads of one load. */
class FolderFetch {
  readonly #address: ModelAddress;
  readonly #options: FetchModelOptions;
  readonly #dtypes: readonly [Dtype, ...Dtype[]];
  readonly #progress: LoadProgressTracker;
  /** The server was out of reach, so what is not in the store counts as absent. */
  #offline = false;

  constructor(model: string, address: ModelAddress, options: FetchModelOptions) {
    this.#address = address;
    this.#options = options;
    this.#dtypes = dtypesOf(address);
    const paths = [CONFIG, GENERATION_CONFIG, TOKENIZER, TOKENIZER_CONFIG, onnxPath(this.#dtypes[0])];
    this.#progress = new LoadProgressTracker(
      model,
      paths.map((path) => ({ path, bytes: this.#listed(path)?.bytes ?? null })),
      options.onProgress ?? (() => {}),
    );
  }

  async fetchConfig(): Promise<FetchedFile> {
    const { unknownId } = this.#address;
    try {
      const config = await this.#fetch(CONFIG, this.#options.signal);
      this.#offline = config.source === 'store-offline';
      return config;
    } catch (error) {
      // A single-page app's server shows its page for folders that do not exist.
      if (unknownId !== null && (isNotFound(error) || failureOf(error) === 'html-page')) throw unknownId;
      throw error;
    }
  }

  async fetchTogether(): Promise<[FetchedFile | null, FetchedFile, TokenizerDescription, Weights]> {
    const { signal } = this.#options;
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener('abort', abort);
    try {
      const files = await Promise.all([
        this.#fetchIfPresent(GENERATION_CONFIG, controller.signal),
        this.#fetch(TOKENIZER, controller.signal),
        this.#fetchTokenizerDescription(controller.signal),
        this.#fetchWeights(controller.signal),
      ]);
      this.#progress.verified();
      return files;
    } catch (error) {
      controller.abort(error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** A catalogue that does not list a template's file says that there is none. */
  async #fetchTokenizerDescription(signal: AbortSignal): Promise<TokenizerDescription> {
    const config = await this.#fetchIfPresent(TOKENIZER_CONFIG, signal);
    let template: FetchedFile | null = null;
    if (config === null || !hasChatTemplate(parseJson(config.bytes))) {
      for (const path of [CHAT_TEMPLATE, CHAT_TEMPLATE_JSON]) {
        const askable = this.#address.entry === null || this.#listed(path) !== undefined;
        if (askable) template ??= await this.#fetchIfPresent(path, signal);
      }
    }
    return { config, template };
  }

  async #fetchWeights(signal: AbortSignal): Promise<Weights> {
    let firstError: unknown;
    for (const dtype of this.#dtypes) {
      try {
        return { file: await this.#fetch(onnxPath(dtype), signal), dtype };
      } catch (error) {
        if (!this.#isAbsent(onnxPath(dtype), error)) throw error;
        firstError ??= error;
        this.#progress.absent(onnxPath(dtype));
      }
    }
    throw firstError;
  }

  async #fetchIfPresent(path: string, signal: AbortSignal): Promise<FetchedFile | null> {
    try {
      return await this.#fetch(path, signal);
    } catch (error) {
      if (!this.#isAbsent(path, error)) throw error;
      this.#progress.absent(path);
      return null;
    }
  }

  /** True where the folder has no such file. What a catalogue lists must be there. */
  #isAbsent(path: string, error: unknown): error is EngineError {
    if (this.#listed(path) !== undefined) return false;
    const failure = failureOf(error);
    return isNotFound(error) || failure === 'html-page' || (failure === 'unreachable' && this.#offline);
  }

  async #fetch(path: string, signal: AbortSignal | undefined): Promise<FetchedFile> {
    const file = await fetchFile(
      {
        url: new URL(path, this.#address.folderUrl).href,
        kind: kindOf(path),
        expected: this.#listed(path) ?? null,
      },
      {
        ...this.#options,
        signal,
        onBytes: (loaded, total) => this.#progress.loaded(path, loaded, total, false),
      },
    );
    this.#progress.done(path, file.bytes.length, file.source !== 'network');
    return file;
  }

  #listed(path: string): { readonly bytes: number; readonly sha256: string } | undefined {
    return this.#address.entry?.files.find((file) => file.path === path);
  }
}

function kindOf(path: string): RemoteFile['kind'] {
  if (path.endsWith('.onnx')) return 'onnx';
  return path.endsWith('.json') ? 'json' : 'text';
}
