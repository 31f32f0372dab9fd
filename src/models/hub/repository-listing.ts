import { listFiles, modelInfo } from '@huggingface/hub';
import * as v from 'valibot';
import { EngineError } from '../../errors/engine-error.ts';
import { failureOf } from '../download/download-errors.ts';
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
  /** True where the hub could not be reached, and this is what it said last time. */
  readonly isOffline: boolean;
}

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

/**
 * Asks the hub which commit the revision is now, and for the files of that commit. The list is kept: one of the same
 * commit is not asked for again, and without the network the last one serves. A revision that is a commit asks nothing
 * the second time.
 * Throws EngineError `download` (reason `access` for private and gated repositories), `model-load` where there is no
 * such repository or revision.
 */
export async function listRepository(
  repository: Repository,
  options: FetchFileOptions & { readonly model: string },
): Promise<RepositoryListing> {
  const key = keyOf(repository);
  const kept = await readKept(options.store, key);
  if (kept && kept.commit === repository.revision) return kept;
  const fetch = hubFetch(repository, {
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    timer: options.timer ?? browserTimer,
    signal: options.signal,
  });
  const hub = { hubUrl: repository.host, fetch };
  try {
    const { sha: commit } = await modelInfo({
      ...hub,
      name: repository.repo,
      revision: repository.revision,
      additionalFields: ['sha'],
    });
    if (!commitPattern.test(commit)) throw notAHub(repository, `a commit named "${commit}"`);
    if (kept?.commit === commit) return kept;
    const files = new Map<string, ExpectedContent>();
    for await (const { type, path, size, oid, lfs } of listFiles({
      ...hub,
      repo: { type: 'model', name: repository.repo },
      revision: commit,
      recursive: true,
    })) {
      if (type !== 'file') continue;
      const hash = lfs
        ? { kind: 'sha256' as const, hex: lfs.oid }
        : { kind: 'git-blob' as const, hex: oid ?? '' };
      files.set(path, { bytes: lfs?.size ?? size, hash });
    }
    await keep(options, key, commit, files);
    return { commit, files, isOffline: false };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (kept && failureOf(error) === 'unreachable') return { ...kept, isOffline: true };
    if (error instanceof EngineError) throw error;
    throw notAHub(repository, error instanceof Error ? error.message : String(error), error);
  }
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
    return {
      commit,
      files: new Map(files.map(({ path, bytes, hash }) => [path, { bytes, hash }])),
      isOffline: false,
    };
  } catch {
    // Damaged, or written by another version: asked for again.
    return null;
  }
}

async function keep(
  { store, model }: { readonly store: FileStore; readonly model: string },
  key: FileKey,
  commit: string,
  files: ReadonlyMap<string, ExpectedContent>,
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
    `${host} does not answer as a hub about ${repo}: ${seen}. Check the engine's hubUrl, or load the folder by its URL.`,
    { details: { host, repo, reason: 'not-json' }, cause },
  );
}
