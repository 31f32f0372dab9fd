import { listFiles, modelInfo } from '@huggingface/hub';
import * as v from 'valibot';
import { host } from '#host';
import { EngineError } from '../../../errors/engine-error.ts';
import type { FetchFileOptions } from '../download/fetch-file.ts';
import { parseJson } from '../download/parse-json.ts';
import type { ExpectedContent } from '../download/remote-file.ts';
import { browserTimer } from '../download/timer.ts';
import type { FileKey, FileStore } from '../storage/file-store.ts';
import { hubFetch } from './hub-fetch.ts';
import type { Repository } from './hub-model.ts';

/** The files of a repository at one commit. */
export interface RepositoryListing {
  /** 40 hex digits. */
  readonly commit: string;
  readonly files: ReadonlyMap<string, ExpectedContent>;
}

/** What a hub says of a repository now. */
export interface CurrentListing extends RepositoryListing {
  /** What it said at an earlier visit, where that was another commit: its files may be stored, and those of this one not. */
  readonly earlier: RepositoryListing | null;
  /** Keeps this list in the place of the earlier one. */
  keep(): Promise<void>;
}

/** A list comes in pages, and could have no end. */
const maxEntries = 20_000;

const commitPattern = /^[0-9a-f]{40}$/;

const KeptListingSchema = v.object({
  version: v.literal(1),
  commit: v.pipe(v.string(), v.regex(commitPattern)),
  files: v.array(
    v.object({
      path: v.string(),
      bytes: v.number(),
      hash: v.object({ kind: v.picklist(['sha256', 'git-blob']), hex: v.string() }),
    }),
  ),
});

const ListedFileSchema = v.object({
  path: v.string(),
  size: v.number(),
  oid: v.string(),
  lfs: v.nullish(v.object({ oid: v.string(), size: v.number() })),
});

/**
 * Asks the hub which commit the revision is now, and for the files of that commit. A first list is kept at once; one of
 * the same commit is not asked for again; where the hub cannot be reached, or cannot answer now, the last one serves. A
 * revision that is a commit asks nothing the second time.
 * Throws EngineError `download` (reason `access` for private and gated repositories), `model-load` where there is no
 * such repository or revision, `integrity` where the host does not answer as a hub.
 */
export async function listRepository(
  repository: Repository,
  options: FetchFileOptions & { readonly model: string },
): Promise<CurrentListing> {
  const key = keyOf(repository);
  const kept = await readKept(options.store, key);
  if (kept && kept.commit === repository.revision) return unchanged(kept);
  try {
    const listing = await askHub(repository, kept, options);
    if (listing === kept) return unchanged(kept);
    const keepListing = () => keep(options, key, listing);
    if (kept === null) await keepListing();
    return { ...listing, earlier: kept, keep: keepListing };
  } catch (error) {
    options.signal?.throwIfAborted();
    // `model-load`: the hub says that there is no such repository any more.
    const isGone = error instanceof EngineError && error.code === 'model-load';
    if (kept && !isGone) return unchanged(kept);
    if (error instanceof EngineError) throw error;
    throw notAHub(repository, error instanceof Error ? error.message : String(error), error);
  }
}

const unchanged = (kept: RepositoryListing): CurrentListing => ({
  ...kept,
  earlier: null,
  keep: async () => {},
});

/** Answers `kept` itself where it is still what the hub has. */
async function askHub(
  repository: Repository,
  kept: RepositoryListing | null,
  options: FetchFileOptions,
): Promise<RepositoryListing> {
  const { fetch = host.fetch, timer = browserTimer, signal } = options;
  const hub = {
    hubUrl: repository.host,
    fetch: hubFetch(repository, { fetch, timer, signal }, kept === null),
  };
  const { sha: commit } = await modelInfo({
    ...hub,
    name: repository.repo,
    revision: repository.revision,
    additionalFields: ['sha'],
  });
  if (!commitPattern.test(commit)) throw notAHub(repository, `a commit named "${commit}"`);
  if (kept?.commit === commit) return kept;
  const files = new Map<string, ExpectedContent>();
  let entries = 0;
  for await (const entry of listFiles({
    ...hub,
    repo: { type: 'model', name: repository.repo },
    revision: commit,
    recursive: true,
  })) {
    entries += 1;
    if (entries > maxEntries) throw notAHub(repository, `a list of more than ${maxEntries} files`);
    if (entry.type !== 'file') continue;
    const parsed = v.safeParse(ListedFileSchema, entry);
    if (!parsed.success) throw notAHub(repository, `a list of files with ${JSON.stringify(entry)}`);
    const { path, size, oid, lfs } = parsed.output;
    const hash = lfs ? { kind: 'sha256' as const, hex: lfs.oid } : { kind: 'git-blob' as const, hex: oid };
    files.set(path, { bytes: lfs?.size ?? size, hash });
  }
  return { commit, files };
}

/** Not where the list is fetched from: that needs several requests. */
function keyOf({ host, repo, revision }: Repository): FileKey {
  return { url: `${host}/api/models/${repo}/tree/${encodeURIComponent(revision)}`, content: null };
}

async function readKept(store: FileStore, key: FileKey): Promise<RepositoryListing | null> {
  try {
    const stored = await store.find(key);
    if (!stored) return null;
    const { commit, files } = v.parse(
      KeptListingSchema,
      parseJson(new Uint8Array(await stored.blob.arrayBuffer())),
    );
    return { commit, files: new Map(files.map(({ path, bytes, hash }) => [path, { bytes, hash }])) };
  } catch {
    // Damaged, or written by another version: asked for again.
    return null;
  }
}

async function keep(
  { store, model }: { readonly store: FileStore; readonly model: string },
  key: FileKey,
  { commit, files }: RepositoryListing,
): Promise<void> {
  const kept: v.InferOutput<typeof KeptListingSchema> = {
    version: 1,
    commit,
    files: Array.from(files, ([path, content]) => ({ path, ...content, hash: { ...content.hash } })),
  };
  try {
    const reception = await store.receive(key, { model, path: 'files' });
    await reception.restart({ etag: null, lastModified: null });
    await reception.append(new TextEncoder().encode(JSON.stringify(kept)));
    // Nobody compares it: it is read with a schema.
    await reception.complete('');
  } catch {
    // A store that fails, or another tab that writes it now.
  }
}

function notAHub({ host, repo }: Repository, seen: string, cause?: unknown): EngineError {
  return new EngineError(
    'integrity',
    `${host} does not answer like a Hugging Face hub for ${repo}: ${seen}. Check the engine's hubUrl, or load the folder by its URL.`,
    { details: { host, repo, reason: 'not-json' }, cause },
  );
}
