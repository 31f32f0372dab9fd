import { host } from '#host';
import { EngineError } from '../../errors/engine-error.ts';
import { hasChatTemplate } from '../../prompt/find-chat-template.ts';
import { needsSpecialTokensMap } from '../../tokens/special-tokens-map.ts';
import { readOnnxGraph } from '../onnx/onnx-graph.ts';
import { failureOf, isNotFound, isUnavailable, mayBeAbsent } from './download/download-errors.ts';
import { type FetchedFile, fetchFile, readOrRemove } from './download/fetch-file.ts';
import type { RemoteFile } from './download/remote-file.ts';
import { presumedLength, requestFile } from './download/request-file.ts';
import { browserTimer } from './download/timer.ts';
import { type Dtype, onnxPath } from './dtype.ts';
import { externalDataPaths, pathBeside } from './external-data.ts';
import { type LoadProgress, LoadProgressTracker } from './load-progress.ts';
import { type ModelAddress, type ModelSources, remoteFile } from './model-address.ts';
import { requireRoom } from './storage/storage-room.ts';
import { listedDtypes, type WeightsTarget } from './weights-choice.ts';

export interface FetchModelOptions extends Omit<ModelSources, 'onBytes'> {
  /** What to choose weights for, where there is a choice. */
  readonly target: WeightsTarget;
  /** Stages `download` and, at the end, `verify`. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

export interface Weights {
  readonly dtype: Dtype;
  readonly file: FetchedFile;
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** By the names that the graph calls them. */
  readonly external: readonly { readonly name: string; readonly file: FetchedFile }[];
}

/** tokenizer_config.json, and the files beside it that say more of the same; null where they are not there, or not read. */
interface TokenizerDescription {
  readonly tokenizerConfig: FetchedFile | null;
  readonly specialTokens: FetchedFile | null;
  readonly template: FetchedFile | null;
}

export interface FolderFiles extends TokenizerDescription {
  readonly generation: FetchedFile | null;
  readonly tokenizer: FetchedFile;
  readonly weights: Weights;
}

const CONFIG = 'config.json';
const GENERATION_CONFIG = 'generation_config.json';
const TOKENIZER = 'tokenizer.json';
const TOKENIZER_CONFIG = 'tokenizer_config.json';
const SPECIAL_TOKENS_MAP = 'special_tokens_map.json';
export const CHAT_TEMPLATE = 'chat_template.jinja';
/** What older exports have in its place. */
const CHAT_TEMPLATE_JSON = 'chat_template.json';

/** The downloads of one load. */
export class FolderFetch {
  readonly #address: ModelAddress;
  readonly #options: FetchModelOptions;
  readonly #dtypes: readonly [Dtype, ...Dtype[]];
  readonly #progress: LoadProgressTracker;
  /** The server is out of reach, or cannot give its files now, so what is not in the store counts as absent. */
  #offline = false;

  constructor(model: string, address: ModelAddress, options: FetchModelOptions) {
    this.#address = address;
    this.#options = options;
    this.#dtypes = dtypesOf(address, options.target);
    const onnx = onnxPath(this.#dtypes[0]);
    const paths = [CONFIG, GENERATION_CONFIG, TOKENIZER, TOKENIZER_CONFIG, onnx, ...this.#listedData(onnx)];
    if (this.#mayHave(CHAT_TEMPLATE)) paths.push(CHAT_TEMPLATE);
    this.#progress = new LoadProgressTracker(
      model,
      paths
        .filter((path) => !this.#isKnownAbsent(path))
        .map((path) => ({ path, bytes: this.#listed(path)?.bytes ?? null })),
      options.onProgress ?? (() => {}),
    );
  }

  /** Weights that will be taken, if they are there. */
  get dtype(): Dtype {
    return this.#dtypes[0];
  }

  /** Sizes of the weights' files, as a list has them; null without one. */
  get listedWeightBytes(): number | null {
    const path = onnxPath(this.dtype);
    const sizes = [path, ...this.#listedData(path)].map((one) => this.#listed(one)?.bytes ?? Number.NaN);
    const sum = sizes.reduce((total, size) => total + size);
    return Number.isNaN(sum) ? null : sum;
  }

  /** The same, where need be by asking the server or the disk; null where it does not say. */
  async weightBytes(): Promise<number | null> {
    const { fetch } = this.#address;
    const { timer = browserTimer, signal } = this.#options;
    if (this.listedWeightBytes !== null) return this.listedWeightBytes;
    const { url } = remoteFile(this.#address, onnxPath(this.dtype), 'onnx');
    if (host.isLocal(url)) return (await host.openLocal(url).catch(() => null))?.size ?? null;
    const answer = await requestFile(
      url,
      { method: 'HEAD', cache: 'no-cache' },
      { fetch, timer, signal },
    ).catch(() => null);
    signal?.throwIfAborted();
    const isFile = answer?.ok && !answer.headers.get('content-type')?.startsWith('text/html');
    return isFile ? presumedLength(answer) : null;
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

  async fetchTogether(): Promise<FolderFiles> {
    const { signal } = this.#options;
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener('abort', abort);
    try {
      const [generation, tokenizer, description, weights] = await Promise.all([
        this.#fetchIfPresent(GENERATION_CONFIG, controller.signal),
        this.#fetch(TOKENIZER, controller.signal),
        this.#fetchTokenizerDescription(controller.signal),
        this.#fetchWeights(controller.signal),
      ]);
      this.#progress.verified();
      return { generation, tokenizer, ...description, weights };
    } catch (error) {
      controller.abort(error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async #fetchTokenizerDescription(signal: AbortSignal): Promise<TokenizerDescription> {
    const fetchRare = async (path: string) =>
      this.#mayHave(path) ? this.#fetchIfPresent(path, signal) : null;
    const [tokenizerConfig, jinja] = await Promise.all([
      this.#fetchIfPresent(TOKENIZER_CONFIG, signal),
      fetchRare(CHAT_TEMPLATE),
    ]);
    const config = tokenizerConfig === null ? {} : await tokenizerConfig.json();
    const [specialTokens, json] = await Promise.all([
      needsSpecialTokensMap(config) ? fetchRare(SPECIAL_TOKENS_MAP) : null,
      jinja === null && !hasChatTemplate(config) ? fetchRare(CHAT_TEMPLATE_JSON) : null,
    ]);
    return { tokenizerConfig, specialTokens, template: jinja ?? json };
  }

  /** Of files that few folders have: a catalogue that does not list one says that there is none. */
  #mayHave(path: string): boolean {
    return this.#address.listing === null || this.#listed(path) !== undefined;
  }

  async #fetchWeights(signal: AbortSignal): Promise<Weights> {
    let firstError: unknown;
    for (const dtype of this.#dtypes) {
      try {
        return await this.#fetchDtype(dtype, signal);
      } catch (error) {
        if (!this.#isAbsent(onnxPath(dtype), error)) throw error;
        firstError ??= error;
        this.#progress.absent(onnxPath(dtype));
      }
    }
    throw firstError;
  }

  async #fetchDtype(dtype: Dtype, signal: AbortSignal): Promise<Weights> {
    const path = onnxPath(dtype);
    // By their names, so that they come side by side; the graph tells which ones it wants.
    const guesses = this.#listedData(path);
    await this.#requireRoom([path, ...guesses]);
    const fetchData = (dataPath: string) => this.#fetch(dataPath, signal);
    const [file, ...guessed] = await Promise.all([fetchData(path), ...guesses.map(fetchData)]);
    const onnx = await file.bytes();
    const names = await this.#externalNames(file, onnx, path);
    const external: { name: string; file: FetchedFile }[] = [];
    for (const name of names) {
      const dataPath = pathBeside(path, name);
      const here = guessed[guesses.indexOf(dataPath)];
      external.push({ name, file: here ?? (await this.#fetchNamed(dataPath, file, signal)) });
    }
    return { dtype, file, onnx, external };
  }

  /** A name that leads nowhere may be damage of the file that names it. */
  async #fetchNamed(path: string, namedBy: FetchedFile, signal: AbortSignal): Promise<FetchedFile> {
    try {
      return await this.#fetch(path, signal);
    } catch (error) {
      if (isNotFound(error)) await this.#options.store.remove(namedBy.key).catch(() => {});
      throw error;
    }
  }

  async #externalNames(file: FetchedFile, onnx: Uint8Array, path: string): Promise<readonly string[]> {
    try {
      return await readOrRemove(file, this.#options.store, () =>
        externalDataPaths(readOnnxGraph(onnx), path),
      );
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const { url } = remoteFile(this.#address, path, 'onnx');
      throw new EngineError(error.code, `${url} cannot be used. ${error.message}`, {
        details: { ...error.details, url },
        cause: error,
      });
    }
  }

  async #requireRoom(paths: readonly string[]): Promise<void> {
    const { store } = this.#options;
    const stored = await store.list().catch(() => []);
    let bytes = 0;
    for (const path of paths) {
      const file = remoteFile(this.#address, path, 'onnx');
      if (file.expected === null || host.isLocal(file.url)) return;
      // Whatever is kept of the address makes room where it must.
      const here = stored.filter(({ key }) => key.url === file.storedAs);
      bytes += Math.max(0, file.expected.bytes - here.reduce((sum, one) => sum + one.bytes, 0));
    }
    if (bytes > 0) await requireRoom(store, bytes, this.#address.name);
  }

  async #fetchIfPresent(path: string, signal: AbortSignal): Promise<FetchedFile | null> {
    if (this.#isKnownAbsent(path)) return null;
    try {
      return await this.#fetch(path, signal);
    } catch (error) {
      if (!this.#isAbsent(path, error)) throw error;
      this.#progress.absent(path);
      return null;
    }
  }

  /**
   * True where the folder has no such file: it could be read, as config.json was. What is listed must be there.
   */
  #isAbsent(path: string, error: unknown): error is EngineError {
    if (this.#listed(path) !== undefined) return false;
    const isPage = failureOf(error) === 'html-page';
    return mayBeAbsent(error) || isPage || (this.#offline && isUnavailable(error));
  }

  #isKnownAbsent(path: string): boolean {
    return this.#address.listing?.isComplete === true && this.#listed(path) === undefined;
  }

  async #fetch(path: string, signal: AbortSignal | undefined): Promise<FetchedFile> {
    if (this.#isKnownAbsent(path)) throw missingFile(this.#address, path);
    const file = await fetchFile(remoteFile(this.#address, path, kindOf(path)), {
      ...this.#options,
      fetch: this.#address.fetch,
      isPatient: !this.#offline,
      signal,
      onBytes: (loaded, total) => this.#progress.loaded(path, loaded, total, false),
    });
    this.#progress.done(path, file.byteLength, file.source !== 'network');
    return file;
  }

  #listed(path: string) {
    return this.#address.listing?.files.get(path);
  }

  /** Files that are called as the weights beside an ONNX file are: model_q4.onnx_data, model_q4.onnx_data_1 … */
  #listedData(path: string): string[] {
    const listed = [...(this.#address.listing?.files.keys() ?? [])];
    return listed.filter(
      (one) => one.startsWith(`${path}_data`) && /^_data(_\d+)?$/.test(one.slice(path.length)),
    );
  }
}

/** Weights to look for, in this order. */
export function dtypesOf(address: ModelAddress, target: WeightsTarget): readonly [Dtype, ...Dtype[]] {
  const { dtype, entry, listing, name } = address;
  if (listing?.isComplete) return listedDtypes(name, listing, dtype, target);
  const chosen = dtype ?? entry?.dtype;
  return chosen === undefined ? ['q4', 'fp32'] : [chosen];
}

function kindOf(path: string): RemoteFile['kind'] {
  if (path.endsWith('.onnx')) return 'onnx';
  if (path.endsWith('.json')) return 'json';
  return path === CHAT_TEMPLATE ? 'text' : 'weights';
}

function missingFile({ name, folderUrl }: ModelAddress, path: string): EngineError {
  return new EngineError(
    'model-unsupported',
    `${name} has no ${path} (${folderUrl}). Choose a repository in the transformers.js layout: config.json, tokenizer.json and onnx/.`,
    { details: { model: name, path } },
  );
}
