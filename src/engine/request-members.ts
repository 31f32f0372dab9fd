import type { SamplingParameters } from '../sample/sampling-parameters.ts';
import type { CollaborativeMethod, ValidDecodeRequest } from './decode-request.ts';

/** One member as the request describes it, defaults filled in. */
export interface MemberRequest {
  readonly model: string;
  readonly prompt: string;
  readonly sampling: SamplingParameters;
}

/** The members of a request, in the order the loop numbers them. */
export function membersOf({
  method,
  prompt,
  sampling,
}: Pick<ValidDecodeRequest, 'method' | 'prompt' | 'sampling'>): readonly MemberRequest[] {
  switch (method.kind) {
    case 'plain':
      return [{ model: method.model, prompt, sampling }];
    case 'speculative': {
      const { target, drafter } = method;
      const models = drafter.kind === 'model' ? [target, drafter.model] : [target];
      return models.map((model) => ({ model, prompt, sampling }));
    }
    case 'collaborative':
      return method.members.map((member) => ({
        model: member.model,
        prompt: member.prompt ?? prompt,
        sampling: { ...sampling, ...withoutUndefined(member.sampling) },
      }));
  }
}

function withoutUndefined(
  sampling: CollaborativeMethod['members'][number]['sampling'],
): Partial<SamplingParameters> {
  return Object.fromEntries(Object.entries(sampling).filter(([, value]) => value !== undefined));
}
