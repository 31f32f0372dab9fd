import { EngineError } from '../../../errors/engine-error.ts';
import { statusError } from '../download/download-errors.ts';
import { type RequestOptions, requestFile, withStallLimit } from '../download/request-file.ts';
import { isPassing, Retries } from '../download/retries.ts';
import { maxTextBytes, requireAtMost } from '../download/size-limit.ts';
import type { Repository } from './hub-model.ts';

/**
 * `fetch` for the hub's API: patient with failures that pass, and clear about those that do not.
 * @param isPatient false: a hub that is busy is not asked again
 */
export function hubFetch(
  repository: Repository,
  options: RequestOptions,
  isPatient: boolean,
): typeof globalThis.fetch {
  return async (input) => {
    const retries = new Retries(options.timer, options.signal, isPatient);
    const url = input instanceof Request ? input.url : String(input);
    for (;;) {
      const outcome = await requestFile(url, { method: 'GET', cache: 'no-store' }, options).catch(
        asEngineError,
      );
      if (outcome instanceof Response) retries.answered();
      if (outcome instanceof Response && outcome.ok) {
        return withinLimit(withStallLimit(outcome, url, options.timer), url);
      }
      if (outcome instanceof Response && !isPassing(outcome.status)) throw refusal(repository, outcome);
      const failure =
        outcome instanceof Response ? statusError(url, outcome.status, outcome.statusText) : outcome;
      await retries.afterFailure(
        failure,
        outcome instanceof Response ? outcome.headers.get('retry-after') : null,
      );
    }
  };
}

/** The same answer, read to its end. @throws EngineError `model-unsupported` where it goes on for too long */
async function withinLimit(response: Response, url: string): Promise<Response> {
  const reader = response.body?.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for (let piece = await reader?.read(); piece?.value; piece = await reader?.read()) {
      bytes += piece.value.byteLength;
      requireAtMost(url, bytes, maxTextBytes);
      pieces.push(piece.value);
    }
  } finally {
    await reader?.cancel().catch(() => {});
  }
  const { status, statusText, headers } = response;
  return new Response(new Blob(pieces), { status, statusText, headers });
}

function asEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  throw error;
}

/** The hub hides what is private: without a token it answers 401 for repositories that do not exist too. */
function refusal({ repo, revision, host }: Repository, response: Response): EngineError {
  const { status } = response;
  const hubCode = response.headers.get('x-error-code');
  const answer = `the hub answered ${status}${hubCode === null ? '' : ` (${hubCode})`}`;
  const details = { repo, revision, host, status };
  if (status === 401 || status === 403) {
    const page = `${host}/${repo}`;
    const message =
      hubCode === 'GatedRepo'
        ? `${repo} is gated: ${answer}. Accept its terms at ${page}, then give a token of that account: load(model, { token }).`
        : `${repo} is private, gated, or does not exist on ${host}: ${answer}. Check the name; if you may read it, give a token: load(model, { token }), after accepting its terms at ${page} if it has any.`;
    return new EngineError('download', message, { details: { ...details, reason: 'access' } });
  }
  if (status === 404) {
    return new EngineError(
      'model-load',
      `there is no repository ${repo} with a revision "${revision}" on ${host}: ${answer}. Check its name and revision.`,
      { details },
    );
  }
  return statusError(response.url, status, response.statusText);
}
