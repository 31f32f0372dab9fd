import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HubContent } from './hub-content.ts';
import type { HubFault, HubRequest, HubRequestPattern } from './hub-fault.ts';
import { sendContent, sendPage } from './send-content.ts';

export interface HubRepositoryOptions {
  /** Token without which the repository is as good as not there. */
  readonly token?: string;
  /** Nobody has been let in yet, whatever the token. */
  readonly isGated?: boolean;
}

interface HubRepository extends HubRepositoryOptions {
  readonly commits: Map<string, ReadonlyMap<string, HubContent>>;
  /** Branches and tags. */
  readonly revisions: Map<string, string>;
}

export interface HubServerOptions {
  /** Entries of a page of the list of files; default 1000, as the hub has it. */
  readonly pageSize?: number;
}

interface Injected {
  readonly pattern: HubRequestPattern;
  readonly fault: HubFault;
  times: number;
}

/** Headers of answers that a page of another origin may read, as the hub lists them. */
const exposedHeaders =
  'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag';

/**
 * A server that behaves as the Hugging Face hub does towards one that loads models: the API of revisions and files,
 * with pages; downloads that it redirects to another origin, the CDN, which knows ranges and ETags; private and gated
 * repositories. Both are real HTTP servers on this machine. Faults are injected request by request.
 */
export class HubServer {
  /** Every request, in order. */
  readonly requests: HubRequest[] = [];
  readonly #repositories = new Map<string, HubRepository>();
  readonly #faults: Injected[] = [];
  readonly #pageSize: number;
  readonly #hub: Server;
  readonly #cdn: Server;
  #url = '';
  #cdnUrl = '';

  private constructor({ pageSize = 1000 }: HubServerOptions) {
    this.#pageSize = pageSize;
    this.#hub = createServer((request, response) => this.#answerHub(request, response));
    this.#cdn = createServer((request, response) => this.#answerCdn(request, response));
  }

  static async start(options: HubServerOptions = {}): Promise<HubServer> {
    const server = new HubServer(options);
    await Promise.all([listen(server.#hub), listen(server.#cdn)]);
    server.#url = originOf(server.#hub);
    server.#cdnUrl = originOf(server.#cdn);
    return server;
  }

  /** What to give as `hubUrl`; without a slash at its end. */
  get url(): string {
    return this.#url;
  }

  get cdnUrl(): string {
    return this.#cdnUrl;
  }

  /**
   * Adds a commit with these files to a repository, and moves `branch` there. Answers the commit.
   * @param repo "owner/name"
   */
  commit(
    repo: string,
    files: ReadonlyMap<string, HubContent>,
    { branch = 'main', ...options }: HubRepositoryOptions & { readonly branch?: string } = {},
  ): string {
    const repository = this.#repositories.get(repo) ?? {
      commits: new Map(),
      revisions: new Map(),
      ...options,
    };
    const sha = (this.#repositories.size * 1000 + repository.commits.size + 1).toString(16).padStart(40, '0');
    repository.commits.set(sha, new Map(files));
    repository.revisions.set(branch, sha);
    this.#repositories.set(repo, repository);
    return sha;
  }

  /** Lets the next `times` requests of that kind go wrong. */
  inject(pattern: HubRequestPattern, fault: HubFault, times = 1): void {
    this.#faults.push({ pattern, fault, times });
  }

  /** Forgets the faults that have not happened yet. */
  clearFaults(): void {
    this.#faults.length = 0;
  }

  /** Bytes of bodies sent for a file, by the CDN or by the hub itself. */
  bytesSentOf(path: string): number {
    return this.requests
      .filter((request) => request.path === path)
      .reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  }

  async stop(): Promise<void> {
    await Promise.all(
      [this.#hub, this.#cdn].map((server) => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      }),
    );
  }

  #answerHub(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\/([^/]+)$/.exec(url.pathname);
    const resolve = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const [, repo, kind, revision] = api ?? [null, resolve?.[1], 'resolve', resolve?.[2]];
    const path = api ? `api/${kind}` : decodeURIComponent(resolve?.[3] ?? url.pathname);
    const record = this.#record(request, response, 'hub', repo ?? '', path);
    if (answerPreflight(request, response, 'authorization, range, if-range, content-type')) return;
    const repository = this.#repositories.get(repo ?? '');
    const fault = this.#faultFor(record);
    const commit = repository && commitAt(repository, decodeURIComponent(revision ?? ''));
    const refusal = fault?.kind === 'status' ? fault : refusalOf(repository, commit, record);
    if (refusal || !repository || !commit) {
      sendStatus(response, record, refusal?.status ?? 404, refusal ?? {});
      return;
    }
    response.setHeader('x-repo-commit', commit.sha);
    if (fault?.kind === 'html-page') {
      sendPage(response, record);
      return;
    }
    const content = commit.files.get(path);
    if (kind === 'revision') sendJson(response, record, revisionInfo(repo!, commit.sha, repository));
    else if (kind === 'tree') this.#sendTree(response, record, url, commit.files);
    else if (!content) sendStatus(response, record, 404, { code: 'EntryNotFound' });
    else if (isLarge(path, content)) this.#redirect(response, record, content);
    else sendContent(request, response, record, content, content.gitOid, fault);
  }

  #redirect(response: ServerResponse, record: HubRequest, { sha256, bytes }: HubContent): void {
    record.status = 302;
    response.writeHead(302, {
      location: `${this.cdnUrl}/${sha256}/${record.repo}/${encodeURIComponent(record.path)}?signature=1`,
      'x-linked-size': bytes,
      'x-linked-etag': `"${sha256}"`,
    });
    response.end();
  }

  #answerCdn(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.cdnUrl);
    const [, sha256 = '', owner, name, encodedPath = ''] = url.pathname.split('/');
    const path = decodeURIComponent(encodedPath);
    const record = this.#record(request, response, 'cdn', `${owner}/${name}`, path);
    // It knows no headers but those that need no question.
    if (answerPreflight(request, response, 'range')) return;
    const fault = this.#faultFor(record);
    const contents = [...(this.#repositories.get(record.repo)?.commits.values() ?? [])];
    const content = contents.map((files) => files.get(path)).find((file) => file?.sha256 === sha256);
    if (content) sendContent(request, response, record, content, sha256, fault);
    else sendStatus(response, record, 404, {});
  }

  #record(
    request: IncomingMessage,
    response: ServerResponse,
    place: 'hub' | 'cdn',
    repo: string,
    path: string,
  ): HubRequest {
    const record: HubRequest = {
      method: request.method ?? 'GET',
      place,
      repo,
      path,
      range: request.headers.range ?? null,
      authorization: request.headers.authorization ?? null,
      status: 200,
      bytesSent: 0,
    };
    this.requests.push(record);
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
    response.setHeader('access-control-expose-headers', exposedHeaders);
    response.setHeader('vary', 'Origin');
    return record;
  }

  #faultFor({ place, path, method }: HubRequest): HubFault | null {
    if (method === 'OPTIONS') return null;
    const injected = this.#faults.find(
      ({ pattern, times }) =>
        times > 0 && pattern.path === path && (pattern.place === undefined || pattern.place === place),
    );
    if (!injected) return null;
    injected.times -= 1;
    return injected.fault;
  }

  #sendTree(
    response: ServerResponse,
    record: HubRequest,
    url: URL,
    files: ReadonlyMap<string, HubContent>,
  ): void {
    const entries = treeOf(files);
    const start = Number(url.searchParams.get('cursor') ?? 0);
    const end = start + this.#pageSize;
    if (end < entries.length) {
      const next = new URL(url);
      next.searchParams.set('cursor', String(end));
      response.setHeader('link', `<${next.href}>; rel="next"`);
    }
    sendJson(response, record, entries.slice(start, end));
  }
}

interface HubCommit {
  readonly sha: string;
  readonly files: ReadonlyMap<string, HubContent>;
}

function commitAt({ commits, revisions }: HubRepository, revision: string): HubCommit | null {
  const sha = commits.has(revision) ? revision : revisions.get(revision === 'HEAD' ? 'main' : revision);
  const files = commits.get(sha ?? '');
  return sha !== undefined && files ? { sha, files } : null;
}

/** null for a request that may be answered. What is private is hidden as if it did not exist. */
function refusalOf(
  repository: HubRepository | undefined,
  commit: HubCommit | null | undefined,
  { authorization }: HubRequest,
): { readonly status: number; readonly code: string } | null {
  if (repository?.isGated) return { status: authorization === null ? 401 : 403, code: 'GatedRepo' };
  const isAllowed = repository?.token === undefined || authorization === `Bearer ${repository.token}`;
  if (!repository || !isAllowed) return { status: authorization === null ? 401 : 404, code: 'RepoNotFound' };
  return commit ? null : { status: 404, code: 'RevisionNotFound' };
}

/** Files that the hub keeps in its large-file storage; the others it keeps in git and sends itself. */
function isLarge(path: string, { bytes }: HubContent): boolean {
  return /\.onnx(_data(_\d+)?)?$/.test(path) || bytes > 10e6;
}

function treeOf(files: ReadonlyMap<string, HubContent>): object[] {
  const folders = new Set<string>();
  for (const path of files.keys()) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at));
  }
  return [
    ...Array.from(folders, (path) => ({ type: 'directory', oid: ''.padEnd(40, '0'), size: 0, path })),
    ...Array.from(files, ([path, content]) => ({
      type: 'file',
      oid: content.gitOid,
      size: content.bytes,
      path,
      ...(isLarge(path, content) && {
        lfs: { oid: content.sha256, size: content.bytes, pointerSize: 134 },
      }),
    })),
  ];
}

function revisionInfo(repo: string, sha: string, repository: HubRepository): object {
  return {
    _id: sha.slice(0, 24),
    id: repo,
    sha,
    private: repository.token !== undefined && !repository.isGated,
    gated: repository.isGated ? 'manual' : false,
    pipeline_tag: 'text-generation',
    downloads: 0,
    likes: 0,
    lastModified: '2026-01-01T00:00:00.000Z',
  };
}

/** True where the request was the browser's question before a request with headers of its own. */
function answerPreflight(
  request: IncomingMessage,
  response: ServerResponse,
  allowedHeaders: string,
): boolean {
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    'access-control-allow-headers': allowedHeaders,
  });
  response.end();
  return true;
}

function sendStatus(
  response: ServerResponse,
  record: HubRequest,
  status: number,
  { code, retryAfter }: { readonly code?: string; readonly retryAfter?: string },
): void {
  record.status = status;
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(code !== undefined && { 'x-error-code': code }),
    ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
  });
  response.end(JSON.stringify({ error: `status ${status}` }));
}

function sendJson(response: ServerResponse, record: HubRequest, value: object): void {
  const text = JSON.stringify(value);
  record.bytesSent += Buffer.byteLength(text);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(text);
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
