import type { TemplateFile } from '../../prompt/find-chat-template.ts';
import { withSpecialTokensMap } from '../../tokens/special-tokens-map.ts';
import type { TokenId } from '../../tokens/token-id.ts';
import type { ExternalFile } from '../onnx/prepare/prepare-graph.ts';
import { failureOf, isUnavailable } from './download/download-errors.ts';
import { type FetchedFile, readOrRemove } from './download/fetch-file.ts';
import { sha256Hex } from './download/sha256.ts';
import type { Dtype } from './dtype.ts';
import { CHAT_TEMPLATE, type FetchModelOptions, FolderFetch, type Weights } from './folder-fetch.ts';
import type { HubModel } from './hub/hub-model.ts';
import { type ModelAddress, resolveModel } from './model-address.ts';
import { type ModelConfig, readModelConfig } from './model-config.ts';
import type { FileKey, FileStore } from './storage/file-store.ts';

/** A model before its weights are here. */
export interface ModelDescription {
  readonly id: string;
  readonly title: string;
  readonly config: ModelConfig;
  readonly dtype: Dtype;
  /** Of the weights' files; null where nobody tells. */
  readonly weightBytes: number | null;
}

/** A model's files, verified where a list of files knows them, and what they say of the model. */
export interface ModelFiles {
  /** As asked for: catalogue id, repository or URL, with its dtype if one was given. */
  readonly id: string;
  readonly title: string;
  readonly config: ModelConfig;
  readonly eosTokenIds: readonly TokenId[];
  readonly bosTokenId: TokenId | null;
  readonly tokenizerJson: unknown;
  /** `{}` where the folder has no tokenizer_config.json; with what special_tokens_map.json adds to it. */
  readonly tokenizerConfig: unknown;
  /** The chat template beside the tokenizer. */
  readonly templateFile: TemplateFile | null;
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** The files that `onnx` keeps weights in, by the names it calls them. */
  readonly externalFiles: readonly ExternalFile[];
  /** Of the weights, lower-case hex: of `onnx`, or of the hashes of all its files. */
  readonly sha256: string;
  readonly dtype: Dtype;
  /** Of all files. */
  readonly bytes: number;
  /** True where every file was compared with a hash that was known before. */
  readonly verified: boolean;
  /** Removes the stored copies, for content that turned out to be unusable: the next load downloads again. */
  forget(): Promise<void>;
}

export interface FetchFilesOptions extends FetchModelOptions {
  /** Told before the weights are asked for; what it throws ends the load. */
  readonly onDescription?: (description: ModelDescription) => void;
}

/**
 * Fetches the files of `model`: what resolveModel understands. Without a dtype the weights are the catalogue's; of a
 * repository the best for `target` that it has; in a folder that nobody lists q4, else fp32.
 * Throws EngineError `model-load` (unknown id or repository), `invalid-request` (unknown dtype), `download`,
 * `integrity`, `storage-full`, `model-unsupported` (config.json of another kind of model, weights that are not there),
 * `out-of-memory`; an abort throws the signal's reason. The first failure ends the other downloads.
 *
 * What was stored before stays until all files of the model are here. Where a repository has moved on and its new files
 * cannot be had now, the earlier ones are answered if all of them are stored.
 */
export async function fetchModelFiles(
  model: string | HubModel,
  options: FetchFilesOptions,
): Promise<ModelFiles> {
  const address = await resolveModel(model, options);
  try {
    const { files, keys } = await fetchFilesAt(address, options);
    await address.keepListing();
    await options.store.removeOthers(keys).catch(() => {});
    return files;
  } catch (error) {
    if (address.earlier === null || !isUnavailable(error)) throw error;
    return fetchStoredFiles(address.earlier, options, error);
  }
}

/** The model as an earlier visit left it. Throws `reason` where not all of it is stored. */
async function fetchStoredFiles(
  address: ModelAddress,
  options: FetchFilesOptions,
  reason: unknown,
): Promise<ModelFiles> {
  const fetch = () => Promise.reject(new TypeError('only what is stored is wanted'));
  try {
    return (await fetchFilesAt({ ...address, fetch }, options)).files;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw failureOf(error) === 'unreachable' ? reason : error;
  }
}

async function fetchFilesAt(
  address: ModelAddress,
  options: FetchFilesOptions,
): Promise<{ readonly files: ModelFiles; readonly keys: readonly FileKey[] }> {
  const id = address.name + (address.dtype === null ? '' : `:${address.dtype}`);
  const folder = new FolderFetch(id, address, options);
  // First and alone: it tells whether the folder exists, before megabytes are asked for.
  const config = await folder.fetchConfig();
  const configJson = await config.json();
  const description = {
    id,
    title: address.title,
    config: await readConfig(config, configJson, address, options.store),
    dtype: folder.dtype,
    weightBytes: folder.listedWeightBytes,
  };
  options.onDescription?.(description);
  const { generation, tokenizer, tokenizerConfig, specialTokens, template, weights } =
    await folder.fetchTogether();
  const described = readModelConfig(
    configJson,
    generation === null ? null : await generation.json(),
    address.folderUrl,
  );
  const parts = [weights.file, ...weights.external.map(({ file }) => file)];
  const files = [config, generation, tokenizer, tokenizerConfig, specialTokens, template, ...parts].filter(
    (file) => file !== null,
  );
  const model: ModelFiles = {
    id,
    title: address.title,
    ...described,
    tokenizerJson: await tokenizer.json(),
    tokenizerConfig: withSpecialTokensMap(
      tokenizerConfig === null ? {} : await tokenizerConfig.json(),
      specialTokens === null ? null : await specialTokens.json(),
    ),
    templateFile: template === null ? null : await readTemplateFile(template),
    onnx: weights.onnx,
    externalFiles: await readExternalFiles(weights),
    sha256: await hashOf(parts),
    dtype: weights.dtype,
    bytes: files.reduce((sum, file) => sum + file.byteLength, 0),
    verified: files.every((file) => file.key.content !== null),
    forget: async () => {
      await Promise.allSettled(files.map((file) => options.store.remove(file.key)));
    },
  };
  return { files: model, keys: files.map(({ key }) => key) };
}

async function readTemplateFile(file: FetchedFile): Promise<TemplateFile> {
  if (!file.key.url.endsWith(CHAT_TEMPLATE)) return { kind: 'json', json: await file.json() };
  return { kind: 'jinja', text: new TextDecoder().decode(await file.bytes()) };
}

async function readConfig(
  file: FetchedFile,
  json: unknown,
  { folderUrl }: ModelAddress,
  store: FileStore,
): Promise<ModelConfig> {
  return readOrRemove(file, store, () => readModelConfig(json, null, folderUrl).config);
}

/** What is known of `model` before its weights are asked for. Throws what fetchModelFiles throws for its small files. */
export async function describeModel(
  model: string | HubModel,
  options: FetchModelOptions,
): Promise<ModelDescription> {
  const address = await resolveModel(model, options);
  const id = address.name + (address.dtype === null ? '' : `:${address.dtype}`);
  const folder = new FolderFetch(id, address, { ...options, onProgress: undefined });
  const config = await folder.fetchConfig();
  return {
    id,
    title: address.title,
    config: await readConfig(config, await config.json(), address, options.store),
    dtype: folder.dtype,
    weightBytes: await folder.weightBytes(),
  };
}

/** One after the other: the browser reads a file faster than it finds room for two. */
async function readExternalFiles({ external }: Weights): Promise<ExternalFile[]> {
  const files: ExternalFile[] = [];
  for (const { name, file } of external) files.push({ path: name, data: await file.bytes() });
  return files;
}

async function hashOf([only, ...others]: readonly FetchedFile[]): Promise<string> {
  if (others.length === 0) return only!.sha256;
  const hashes = [only!, ...others].map(({ sha256 }) => sha256).join('\n');
  return sha256Hex(new TextEncoder().encode(hashes));
}
