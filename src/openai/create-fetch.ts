import type { EngineApi, LoadedModel } from '../engine/engine-api.ts';
import type { CallOptions, ChatCompletionParams } from './chat-types.ts';
import { answerId, secondsNow } from './collect-choices.ts';
import type { CompletionParams } from './completion-types.ts';
import { loadedModel } from './decode-requests.ts';
import { type ErrorBody, errorResponse, refusedRequest } from './error-body.ts';
import { eventStream } from './event-stream.ts';
import { type OpenAiApi, openAiApi } from './openai-api.ts';

/** What a call is given, and what it may answer with. */
interface Call {
  readonly engine: Pick<EngineApi, 'decode' | 'info'>;
  readonly api: OpenAiApi;
  readonly request: Request;
  /** Behind the path that was matched, decoded. */
  readonly rest: string;
}

const routes: readonly {
  readonly path: RegExp;
  readonly method: 'GET' | 'POST';
  readonly answer: (call: Call) => Promise<Response>;
}[] = [
  {
    path: /^chat\/completions$/,
    method: 'POST',
    // Whatever the body is: the call checks it.
    answer: ({ api, request }) =>
      completed(request, (body, options) =>
        api.chat.completions.create(body as ChatCompletionParams, options),
      ),
  },
  {
    path: /^completions$/,
    method: 'POST',
    answer: ({ api, request }) =>
      completed(request, (body, options) => api.completions.create(body as CompletionParams, options)),
  },
  { path: /^models$/, method: 'GET', answer: listModels },
  { path: /^models\/(.+)$/, method: 'GET', answer: retrieveModel },
];

/**
 * A `fetch` that answers as OpenAI's API does, from the engine in this page: for the official `openai` client, or
 * whatever else speaks that protocol. Nothing leaves the page, whatever the host in the address; the part of the path
 * behind `/v1/`, or Azure's `/deployments/{name}/`, counts. Keys are not looked at.
 */
export function createFetch(
  engine: Pick<EngineApi, 'decode' | 'info'>,
): (input: string | URL | Request, init?: RequestInit) => Promise<Response> {
  const api = openAiApi(engine);
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    try {
      return await answer(engine, api, request);
    } catch (error) {
      // An aborted fetch rejects, as everywhere.
      request.signal.throwIfAborted();
      return jsonResponse(errorResponse(error));
    }
  };
}

function answer(engine: Call['engine'], api: OpenAiApi, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const path = decoded(/\/(?:v1|deployments\/[^/]+)\/(.*)$/.exec(pathname)?.[1] ?? '');
  if (path === null) {
    const message = `${request.method} ${pathname} contains an invalid percent escape: encode the path as encodeURIComponent does`;
    return Promise.resolve(jsonResponse(refusedRequest(400, message, 'invalid_url')));
  }
  for (const route of routes) {
    const match = route.path.exec(path);
    if (!match) continue;
    if (request.method === route.method) return route.answer({ engine, api, request, rest: match[1] ?? '' });
    const message = `${request.method} ${pathname}: use ${route.method}`;
    return Promise.resolve(jsonResponse(refusedRequest(405, message, 'method_not_allowed')));
  }
  const known = 'chat/completions, completions, models';
  const message = `${request.method} ${pathname} is no call of this engine; behind /v1/ there are ${known}`;
  return Promise.resolve(jsonResponse(refusedRequest(404, message, 'unknown_url')));
}

/** null where a percent escape is malformed. */
function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

async function completed(
  request: Request,
  create: (body: unknown, options: CallOptions) => Promise<object | AsyncGenerator<object, void, void>>,
): Promise<Response> {
  let body: unknown;
  try {
    body = await request.json();
  } catch (error) {
    request.signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return jsonResponse(refusedRequest(400, `the body is not valid JSON: ${reason}`, 'invalid_json'));
  }
  // Ends the run too where a reader lets go of the answer's body without aborting the request.
  const letGo = new AbortController();
  const signal = AbortSignal.any([request.signal, letGo.signal]);
  const result = await create(body, { signal });
  if (!(Symbol.asyncIterator in result)) return jsonResponse({ status: 200, body: result });
  return new Response(
    eventStream(result, signal, () => letGo.abort()),
    {
      headers: {
        ...answerHeaders(),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
      },
    },
  );
}

async function listModels({ engine }: Call): Promise<Response> {
  const { models } = await engine.info();
  return jsonResponse({ status: 200, body: { object: 'list', data: models.map(modelObject) } });
}

async function retrieveModel({ engine, rest }: Call): Promise<Response> {
  return jsonResponse({
    status: 200,
    body: modelObject(loadedModel(await engine.info(), rest)),
  });
}

const modelObject = ({ id }: LoadedModel) => ({
  id,
  object: 'model',
  created: secondsNow(),
  owned_by: 'antiphon',
});

function jsonResponse({
  status,
  body,
}: {
  readonly status: number;
  readonly body: object | ErrorBody;
}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...answerHeaders(),
      'content-type': 'application/json',
      // The client repeats some failures on its own: here they would fail again.
      ...(status >= 400 && { 'x-should-retry': 'false' }),
    },
  });
}

const answerHeaders = () => ({ 'x-request-id': answerId('cmpl').replace('cmpl', 'req') });
