import type { EngineApi, EngineInfo } from '../engine/engine-api.ts';
import { engineVersion } from '../engine/engine-version.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { ValidChatParams, ValidCompletionParams } from './params-schema.ts';

/** What no limit is: the end token, or the context, ends the text. */
const unlimited = Number.MAX_SAFE_INTEGER;
/** OpenAI's default for plain completions. */
const defaultCompletionTokens = 16;
/** The smallest prefix with hardly any mass is the likeliest token. */
const minTopP = 1e-9;

/** Everything but prompt and seed. */
type Common = Omit<DecodeRequest, 'prompt' | 'messages'>;

/** One request for each choice, in the order of their indexes. */
export function chatRequests(params: ValidChatParams): DecodeRequest[] {
  const messages = params.messages.map(({ role, content, name }) => ({
    role: role === 'developer' ? ('system' as const) : role,
    content: typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
    ...(name !== undefined && { name }),
  }));
  const maxTokens = params.max_completion_tokens ?? params.max_tokens ?? unlimited;
  const logprobs = params.logprobs ? (params.top_logprobs ?? 0) : null;
  return choicesOf(params, 0).map((seed) => ({
    ...commonOf(params, maxTokens, logprobs),
    messages,
    ...seed,
  }));
}

export function completionRequests(
  params: ValidCompletionParams,
): (DecodeRequest & { readonly prompt: string })[] {
  const prompts = typeof params.prompt === 'string' ? [params.prompt] : params.prompt;
  const common = commonOf(params, params.max_tokens ?? defaultCompletionTokens, params.logprobs ?? null);
  return prompts.flatMap((prompt, index) =>
    choicesOf(params, index).map((seed) => ({ ...common, prompt, ...seed })),
  );
}

/** The seeds of a prompt's choices: each differs from those before it by 1. Without a seed every one is drawn. */
function choicesOf(
  { n, seed }: ValidChatParams | ValidCompletionParams,
  prompt: number,
): { seed?: number }[] {
  const count = n ?? 1;
  return Array.from({ length: count }, (_, choice) =>
    seed !== undefined ? { seed: (seed + prompt * count + choice) % Number.MAX_SAFE_INTEGER } : {},
  );
}

function commonOf(
  params: ValidChatParams | ValidCompletionParams,
  maxTokens: number,
  logprobs: number | null,
): Common {
  const { stop } = params;
  return {
    maxTokens,
    stop: typeof stop === 'string' ? [stop] : (stop ?? []),
    ...(logprobs !== null && { logprobs }),
    sampling: {
      temperature: params.temperature ?? 1,
      topP: Math.max(minTopP, params.top_p ?? 1),
      logitBias: params.logit_bias ?? {},
      frequencyPenalty: params.frequency_penalty ?? 0,
      presencePenalty: params.presence_penalty ?? 0,
    },
    method: params.method ?? { kind: 'plain', model: params.model },
  };
}

/**
 * Names what a text of these models depends on beside request and seed: version, backend, the models' weights.
 * @throws EngineError `invalid-request` for a model that is not loaded, or plays no part in the method
 */
export async function fingerprintOf(
  { model, method }: Pick<ValidChatParams, 'model' | 'method'>,
  engine: Pick<EngineApi, 'info'>,
): Promise<string> {
  const info = await engine.info();
  const named = method ? modelsNamedIn(method) : [model];
  if (!named.includes(model)) {
    throw new EngineError(
      'invalid-request',
      `model: "${model}" is not a member of method (${named.join(', ') || 'none'}): use one of its models`,
      { details: { field: 'model', model } },
    );
  }
  const weights = named.map((name) => loadedModel(info, name).sha256.slice(0, 8));
  return ['antiphon', engineVersion, info.backend ?? 'none', ...new Set(weights)].join('-');
}

/** @throws EngineError `invalid-request` with the code of OpenAI's for a model that is not there */
export function loadedModel({ models }: EngineInfo, name: string): EngineInfo['models'][number] {
  const found = models.find(({ id }) => id === name);
  if (found) return found;
  const loaded = models.map(({ id }) => id);
  throw new EngineError(
    'invalid-request',
    `model: "${name}" is not loaded (loaded: ${loaded.join(', ') || 'none'}): call engine.load("${name}") first`,
    { details: { field: 'model', model: name, loaded, openAiCode: 'model_not_found' } },
  );
}

/** Every string under the name of a model, wherever it stands: the shape is the engine's to check. */
function modelsNamedIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'string' && (name === 'model' || name === 'target') ? [inner] : modelsNamedIn(inner),
  );
}
