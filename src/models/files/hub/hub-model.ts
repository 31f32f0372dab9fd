import * as v from 'valibot';
import { EngineError } from '../../../errors/engine-error.ts';
import { parseOrThrow } from '../../../errors/parse-or-throw.ts';
import { DTYPES, type Dtype } from '../dtype.ts';

/** A repository of the hub, or of a server that answers as it does. */
export interface HubModel {
  /** "owner/name" */
  readonly repo: string;
  /** Branch, tag or commit; default: "main". */
  readonly revision?: string | undefined;
  /** Which weights; default: what backend and adapter run best of what there is. */
  readonly dtype?: Dtype | undefined;
  /** Default: the engine's `hubUrl`. */
  readonly host?: string | undefined;
}

/** A repository at one revision on one host. */
export interface Repository {
  readonly repo: string;
  readonly revision: string;
  /** Without a slash at its end. */
  readonly host: string;
}

export const DEFAULT_HUB_URL = 'https://huggingface.co';

const mainRevision = 'main';
const repoPattern = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
const revisionPattern = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/;
const hostPrefix = 'hub+';

const HubModelSchema = v.strictObject({
  repo: v.pipe(v.string(), v.regex(repoPattern, 'give "owner/name"')),
  revision: v.optional(v.pipe(v.string(), v.regex(revisionPattern, 'give a branch, a tag or a commit'))),
  dtype: v.optional(v.picklist(DTYPES)),
  host: v.optional(v.pipe(v.string(), v.check(isHttp, 'give an address such as https://huggingface.co'))),
});

/**
 * The one string that names a model in requests, lists and `load`: a string as it is, a repository as
 * "owner/name@revision:dtype", each part only where it is not the default; on another host than `hubUrl`
 * "hub+https://host/owner/name".
 * Throws EngineError `invalid-request` for an object that names no repository.
 */
export function modelName(model: string | HubModel, hubUrl: string): string {
  if (typeof model === 'string') return model;
  const { repo, revision, dtype, host } = parseOrThrow(
    HubModelSchema,
    model,
    'model',
    ({ field, problem }) =>
      new EngineError('invalid-request', `invalid ${field} of the repository: ${problem}.`, {
        details: { field },
      }),
  );
  const elsewhere = host !== undefined && withoutSlash(host) !== withoutSlash(hubUrl);
  return [
    elsewhere ? `${hostPrefix}${withoutSlash(host)}/` : '',
    repo,
    revision === undefined || revision === mainRevision ? '' : `@${revision}`,
    dtype === undefined ? '' : `:${dtype}`,
  ].join('');
}

/** The repository that a name without its dtype means; null for names of another kind. */
export function repositoryOf(name: string, hubUrl: string): Repository | null {
  let host = withoutSlash(hubUrl);
  let rest = name;
  if (name.startsWith(hostPrefix)) {
    const match = /^hub\+(https?:\/\/.+?)\/([^/@]+\/[^/@]+(?:@.*)?)$/.exec(name);
    if (!match) return null;
    host = match[1]!;
    rest = match[2]!;
  }
  const at = rest.indexOf('@');
  const repo = at < 0 ? rest : rest.slice(0, at);
  const revision = at < 0 ? mainRevision : rest.slice(at + 1);
  if (!repoPattern.test(repo) || !revisionPattern.test(revision) || !isHttp(host)) return null;
  return { repo, revision, host };
}

function isHttp(address: string): boolean {
  return /^https?:\/\//.test(address) && URL.canParse(address);
}

const withoutSlash = (address: string): string => address.replace(/\/+$/, '');
