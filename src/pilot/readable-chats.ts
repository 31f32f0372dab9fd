import type { LoadedModel } from '../engine/engine-api.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { Method, PilotPlan } from './pilot.ts';
import { modelsOfMethod } from './plan.ts';

/**
 * Refuses a plan with a chat that one of its models has no template for.
 * @param models those that are loaded; of others it is not known yet
 * @throws EngineError `invalid-request`, naming the line
 */
export function refuseUnreadableChats(
  { prompts, groups }: Pick<PilotPlan, 'prompts' | 'groups'>,
  models: readonly Pick<LoadedModel, 'id' | 'hasChatTemplate'>[],
): void {
  const [chat] = prompts.filter(({ messages }) => messages !== undefined);
  if (!chat) return;
  const readers = new Set(
    groups.flatMap(({ methods }) => methods.flatMap(({ method }) => readersOf(method))),
  );
  const unable = models.find(({ id, hasChatTemplate }) => readers.has(id) && !hasChatTemplate);
  if (!unable) return;
  const place = chat.line === undefined ? 'prompts' : `prompts, line ${chat.line}`;
  throw new EngineError(
    'invalid-request',
    `${place}: this is a chat, and ${unable.id} has no chat template: give a "prompt", or choose a model that was trained to chat`,
    { details: { field: 'prompts', line: chat.line ?? null, model: unable.id } },
  );
}

/** The models that read the request's prompt: all but members with one of their own. */
function readersOf(method: Method): readonly string[] {
  if (method.kind !== 'collaborative') return modelsOfMethod(method);
  const readers = method.members.filter(
    ({ prompt, messages }) => prompt === undefined && messages === undefined,
  );
  return readers.map(({ model }) => model);
}
