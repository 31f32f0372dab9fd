import { host } from '#host';
import { EngineError } from '../../errors/engine-error.ts';
import { CATALOGUE_FILE, type Catalogue, type CatalogueEntry, readCatalogue } from './catalogue.ts';
import { failureOf, mayBeAbsent } from './download/download-errors.ts';
import { type FetchFileOptions, fetchFile, readOrRemove } from './download/fetch-file.ts';
import type { RemoteFile } from './download/remote-file.ts';
import { type Dtype, splitDtype } from './dtype.ts';
import type { FileListing } from './file-listing.ts';
import { DEFAULT_HUB_URL, type HubModel, modelName, type Repository, repositoryOf } from './hub/hub-model.ts';
import { listRepository, type RepositoryListing } from './hub/repository-listing.ts';
import { tokenFetch } from './hub/token-fetch.ts';

export interface ModelSources extends FetchFileOptions {
  /** Folder with a catalogue.json and the models' folders; or with folders alone, named as the ids. */
  readonly modelsUrl: string;
  /**
   * Catalogue that is asked where the folder has none or lacks the id. An id names one content, wherever it lies:
   * files of a model that this catalogue knows must have its hashes.
   */
  readonly bundledCatalogueUrl?: string | undefined;
  /** Host of repositories; default: the Hugging Face hub. */
  readonly hubUrl?: string | undefined;
  /** Shown to the host that the model lies on, and to no other. */
  readonly token?: string | undefined;
  /** What relative addresses are relative to, as the page's own; default: the location of the running script. */
  readonly baseUrl?: string | undefined;
}

/** Where a model's files lie and what is known of them. */
export interface ModelAddress {
  /** As in `load`, without a dtype: the name under which its files are listed. */
  readonly name: string;
  readonly title: string;
  /** Absolute, with a slash at its end. */
  readonly folderUrl: string;
  /** The same for as long as the model is; differs from `folderUrl` where that moves with every commit. */
  readonly storedFolderUrl: string;
  /** As asked for; null: the catalogue's, or the best of those that are there. */
  readonly dtype: Dtype | null;
  /** null for folders that nobody lists. */
  readonly listing: FileListing | null;
  /** null for models that no catalogue lists. */
  readonly entry: CatalogueEntry | null;
  /** Reaches the folder, with the token where one is needed. */
  readonly fetch: typeof globalThis.fetch;
  /** The same model as an earlier visit found it, where it has changed since; its files may still be stored. */
  readonly earlier: ModelAddress | null;
  /** To be called when all files are here: the next visit that cannot ask for the list of files takes this one. */
  keepListing(): Promise<void>;
  /** Error for an id without a folder; null for URLs, repositories and ids of a catalogue. */
  readonly unknownId: EngineError | null;
}

const URL_LIKE = /^(https?:\/\/|file:\/\/|\.{0,2}\/)/;
const ID_LIKE = /^[A-Za-z0-9][\w.-]*$/;

/**
 * Finds `model`: the id of a catalogue, the name of a folder beside it, a folder's URL (http(s), in Node.js also file, or
 * beginning with "/", "../" or "../../", which in Node.js makes it a path), or a repository of the hub ("owner/name",
 * "owner/name@revision"), each with an optional ":dtype". Ids of a catalogue win over repositories.
 * Throws EngineError `model-load` on what can be none of them, `invalid-request` on an unknown dtype, what fetchFile
 * throws for a broken catalogue, and what listRepository throws.
 */
export async function resolveModel(model: string | HubModel, sources: ModelSources): Promise<ModelAddress> {
  const hubUrl = sources.hubUrl ?? DEFAULT_HUB_URL;
  const { name, dtype } = splitDtype(modelName(model, hubUrl));
  const fetch = sources.fetch ?? host.fetch;
  const localUrl = host.localUrl(name, sources.baseUrl);
  if (localUrl !== null || URL_LIKE.test(name)) {
    const folderUrl = folder(localUrl ?? name, sources.baseUrl);
    return {
      ...inFolder(folderUrl, fetch),
      name,
      title: folderUrl.split('/').at(-2) ?? name,
      dtype,
      fetch: tokenFetch(fetch, sources.token, folderUrl),
    };
  }
  const modelsUrl = folder(sources.modelsUrl, sources.baseUrl);
  const repository = repositoryOf(name, hubUrl);
  // An object names a repository, whatever ids there are.
  const catalogues = typeof model === 'string' ? await fetchCatalogues(modelsUrl, sources) : null;
  const ownEntry = catalogues?.own?.models.find(({ id }) => id === name);
  if (ownEntry !== undefined) {
    const folderUrl = folder(ownEntry.folder, modelsUrl);
    return { ...inFolder(folderUrl, fetch), ...known(ownEntry), name, dtype };
  }
  const bundledEntry = (await catalogues?.bundled())?.models.find(({ id }) => id === name);
  if (bundledEntry !== undefined) {
    return { ...inFolder(`${modelsUrl}${name}/`, fetch), ...known(bundledEntry), name, dtype };
  }
  if (repository !== null) return onHub({ name, dtype }, repository, sources, fetch);
  const unknownId = unknownIdError(name, modelsUrl, catalogues?.own ?? (await catalogues?.bundled()) ?? null);
  if (!ID_LIKE.test(name)) throw unknownId;
  return { ...inFolder(`${modelsUrl}${name}/`, fetch), name, title: name, dtype, unknownId };
}

/** How a file of the model is asked for and kept. */
export function remoteFile(address: ModelAddress, path: string, kind: RemoteFile['kind']): RemoteFile {
  return {
    url: inside(address.folderUrl, path),
    storedAs: inside(address.storedFolderUrl, path),
    kind,
    expected: address.listing?.files.get(path) ?? null,
    label: { model: address.name, path },
  };
}

type FolderAddress = Omit<ModelAddress, 'name' | 'title' | 'dtype'>;

function inFolder(folderUrl: string, fetch: typeof globalThis.fetch): FolderAddress {
  return {
    folderUrl,
    storedFolderUrl: folderUrl,
    listing: null,
    entry: null,
    fetch,
    earlier: null,
    keepListing: async () => {},
    unknownId: null,
  };
}

function known(entry: CatalogueEntry): Pick<ModelAddress, 'title' | 'entry' | 'listing'> {
  const files = new Map(
    entry.files.map(({ path, bytes, sha256 }) => [
      path,
      { bytes, hash: { kind: 'sha256' as const, hex: sha256 } },
    ]),
  );
  return { title: entry.title, entry, listing: { files, isComplete: false } };
}

async function onHub(
  { name, dtype }: Pick<ModelAddress, 'name' | 'dtype'>,
  repository: Repository,
  sources: ModelSources,
  givenFetch: typeof globalThis.fetch,
): Promise<ModelAddress> {
  const fetch = tokenFetch(givenFetch, sources.token, repository.host);
  const { earlier, keep, ...listing } = await listRepository(repository, { ...sources, fetch, model: name });
  const { host, repo, revision } = repository;
  const folderAt = (one: string) => `${host}/${repo}/resolve/${encodeURIComponent(one)}/`;
  const at = ({ commit, files }: RepositoryListing): ModelAddress => ({
    ...inFolder(folderAt(commit), fetch),
    // A branch that moves on leaves most files as they are: they are not downloaded again.
    storedFolderUrl: folderAt(revision),
    name,
    title: repo.split('/')[1]!,
    dtype,
    listing: { files, isComplete: true },
  });
  return { ...at(listing), earlier: earlier && at(earlier), keepListing: keep };
}

interface Catalogues {
  readonly own: Catalogue | null;
  /** Asked only where the folder's own does not know the model. */
  bundled(): Promise<Catalogue | null>;
}

async function fetchCatalogues(modelsUrl: string, sources: ModelSources): Promise<Catalogues> {
  const ownUrl = `${modelsUrl}${CATALOGUE_FILE}`;
  const bundledUrl = sources.bundledCatalogueUrl && absolute(sources.bundledCatalogueUrl, sources.baseUrl);
  const own = await fetchCatalogue(ownUrl, sources);
  let bundled: Promise<Catalogue | null> | null = null;
  return {
    own,
    bundled: () => {
      bundled ??=
        bundledUrl && bundledUrl !== ownUrl ? fetchCatalogue(bundledUrl, sources) : Promise.resolve(null);
      return bundled;
    },
  };
}

/** The catalogue at `url`; null where there is none, or none that can be reached. */
async function fetchCatalogue(url: string, sources: ModelSources): Promise<Catalogue | null> {
  try {
    const file = await fetchFile(
      { url, kind: 'json', expected: null, label: { model: null, path: CATALOGUE_FILE } },
      { ...sources, onBytes: undefined },
    );
    const json = await file.json();
    return await readOrRemove(file, sources.store, () => readCatalogue(json, url));
  } catch (error) {
    // Unreachable: the files of the model may still be in the store.
    if (mayBeAbsent(error) || failureOf(error) === 'unreachable') return null;
    throw error;
  }
}

/** As many as a message can show. */
const maxKnownIds = 50;

function unknownIdError(name: string, modelsUrl: string, catalogue: Catalogue | null): EngineError {
  const ids = catalogue?.models.map(({ id }) => id) ?? [];
  const known = ids.slice(0, maxKnownIds);
  const advice =
    known.length > 0
      ? `Known ids: ${known.join(', ')}${ids.length > known.length ? ` and ${ids.length - known.length} more` : ''}. Use one of them,`
      : 'The folder has no catalogue that lists its models. Use';
  return new EngineError(
    'model-load',
    `there is no model "${name}" at ${modelsUrl}. ${advice} a repository ("owner/name"), or the URL of a folder in the Hugging Face ONNX layout.`,
    { details: { model: name, modelsUrl, known } },
  );
}

/** Throws EngineError `model-load` on an address that is no URL. */
function absolute(address: string, base: string | undefined): string {
  const location = host.baseUrl();
  try {
    return new URL(address, base === undefined ? location : new URL(base, location)).href;
  } catch (cause) {
    throw new EngineError(
      'model-load',
      `"${address}" is not a URL that models can be loaded from. Use an absolute URL such as https://example.org/models/.`,
      { details: { address }, cause },
    );
  }
}

/** Without query and fragment: names of files are put behind it. */
function folder(address: string, base: string | undefined): string {
  const url = new URL(absolute(address, base));
  url.search = '';
  url.hash = '';
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

/** Names of files may hold what is a separator in an address. */
function inside(folderUrl: string, path: string): string {
  return folderUrl + path.split('/').map(encodeURIComponent).join('/');
}
