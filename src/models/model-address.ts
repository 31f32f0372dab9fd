import { EngineError } from '../errors/engine-error.ts';
import { CATALOGUE_FILE, type Catalogue, type CatalogueEntry, readCatalogue } from './catalogue.ts';
import { parseJson } from './download.ts';
import { type Dtype, splitDtype } from './dtype.ts';
import { type FetchFileOptions, failureOf, fetchFile, isNotFound } from './fetch-file.ts';

export interface ModelSources extends FetchFileOptions {
  /** Folder with a catalogue.json and the models' folders; or with folders alone, named as the ids. */
  readonly modelsUrl: string;
  /**
   * Catalogue that is asked where the folder has none or lacks the id. An id names one content, wherever it lies:
   * files of a model that this catalogue knows must have its hashes.
   */
  readonly bundledCatalogueUrl?: string | undefined;
  /** What relative addresses are relative to, as the page's own; default: the location of the running script. */
  readonly baseUrl?: string | undefined;
}

/** Where a model's files lie and what is known of them. */
export interface ModelAddress {
  readonly name: string;
  readonly title: string;
  /** Absolute, with a slash at its end. */
  readonly folderUrl: string;
  /** As asked for; null: the catalogue's, or the first one found. */
  readonly dtype: Dtype | null;
  /** null for folders that no catalogue lists. */
  readonly entry: CatalogueEntry | null;
  /** Error for an id without a folder; null for URLs and for ids of a catalogue. */
  readonly unknownId: EngineError | null;
}

const URL_LIKE = /^(https?:\/\/|\.{0,2}\/)/;
const ID_LIKE = /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/;

/**
 * Finds the folder of `model`: the id of a catalogue, the name of a folder beside it, or a folder's URL (http(s),
 * or beginning with "/", "./" or "../"), each with an optional ":dtype".
 * Throws EngineError `model-load` on what can be neither, `invalid-request` on an unknown dtype, and what
 * fetchFile throws for a broken catalogue.
 */
export async function resolveModel(model: string, sources: ModelSources): Promise<ModelAddress> {
  const { name, dtype } = splitDtype(model);
  if (URL_LIKE.test(name)) {
    const folderUrl = folder(name, sources.baseUrl);
    const title = folderUrl.split('/').at(-2) ?? name;
    return { name, title, folderUrl, dtype, entry: null, unknownId: null };
  }
  const modelsUrl = folder(sources.modelsUrl, sources.baseUrl);
  const own = await fetchCatalogue(`${modelsUrl}${CATALOGUE_FILE}`, sources);
  const ownEntry = own?.models.find(({ id }) => id === name);
  if (ownEntry !== undefined) {
    const folderUrl = folder(ownEntry.folder, modelsUrl);
    return { name, title: ownEntry.title, folderUrl, dtype, entry: ownEntry, unknownId: null };
  }
  const bundledUrl = sources.bundledCatalogueUrl && absolute(sources.bundledCatalogueUrl, sources.baseUrl);
  const bundled =
    bundledUrl && bundledUrl !== `${modelsUrl}${CATALOGUE_FILE}`
      ? await fetchCatalogue(bundledUrl, sources)
      : null;
  const entry = bundled?.models.find(({ id }) => id === name) ?? null;
  const unknownId = entry === null ? unknownIdError(name, modelsUrl, own ?? bundled) : null;
  if (!ID_LIKE.test(name) && unknownId !== null) throw unknownId;
  return { name, title: entry?.title ?? name, folderUrl: `${modelsUrl}${name}/`, dtype, entry, unknownId };
}

/** Weights to look for, in this order. */
export function dtypesOf({ dtype, entry }: ModelAddress): readonly [Dtype, ...Dtype[]] {
  const chosen = dtype ?? entry?.dtype;
  return chosen === undefined ? ['q4', 'fp32'] : [chosen];
}

/** The catalogue at `url`; null where there is none, or none that can be reached. */
async function fetchCatalogue(url: string, sources: ModelSources): Promise<Catalogue | null> {
  try {
    const { bytes } = await fetchFile(
      { url, kind: 'json', expected: null },
      { ...sources, onBytes: undefined },
    );
    return readCatalogue(parseJson(bytes), url);
  } catch (error) {
    // Unreachable: the files of the model may still be in the store.
    if (isNotFound(error) || failureOf(error) === 'unreachable') return null;
    throw error;
  }
}

function unknownIdError(name: string, modelsUrl: string, catalogue: Catalogue | null): EngineError {
  const known = catalogue?.models.map(({ id }) => id) ?? [];
  const advice =
    known.length > 0
      ? `Known ids: ${known.join(', ')}. Choose one of them, or give`
      : 'The folder has no catalogue that lists its models. Give';
  return new EngineError(
    'model-load',
    `there is no model "${name}" at ${modelsUrl}. ${advice} the URL of a folder in the Hugging Face ONNX layout.`,
    { details: { model: name, modelsUrl, known } },
  );
}

/** Throws EngineError `model-load` on an address that is no URL. */
function absolute(address: string, base: string | undefined): string {
  // Node has no location, whatever the type declaration says.
  const location = (globalThis as { location?: { href: string } }).location?.href;
  try {
    return new URL(address, base === undefined ? location : new URL(base, location)).href;
  } catch (cause) {
    throw new EngineError(
      'model-load',
      `"${address}" is not an address that models can be loaded from. Give an absolute URL such as https://example.org/models/.`,
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
