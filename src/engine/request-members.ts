import type { Chat, TemplateVariables } from '../prompt/chat-message.ts';
import type { ValidCollaborativeMethod, ValidDecodeRequest, ValidSampling } from './request-types.ts';

/** One member as the request describes it, defaults filled in. */
export interface MemberRequest {
  readonly model: string;
  /** Text to continue as it is, or a conversation to reply to. */
  readonly prompt: string | Chat;
  /** True where it is this member's alone. */
  readonly hasOwnPrompt: boolean;
  readonly sampling: ValidSampling;
  /** True if its rows form r. A draft model's do not. */
  readonly isTarget: boolean;
}

/** The members of a request, in the order the loop numbers them. */
export function membersOf(request: Omit<ValidDecodeRequest, 'seed'>): readonly MemberRequest[] {
  const { method, sampling } = request;
  const variables = request.chatTemplate ?? {};
  const common = {
    prompt: promptOf(request, variables) ?? '',
    hasOwnPrompt: false,
    sampling,
    isTarget: true,
  };
  switch (method.kind) {
    case 'plain':
      return [{ ...common, model: method.model }];
    case 'speculative': {
      const { target, drafter } = method;
      const models = drafter.kind === 'model' ? [target, drafter.model] : [target];
      return models.map((model, index) => ({ ...common, model, isTarget: index === 0 }));
    }
    case 'collaborative':
      return method.members.map((member) => {
        const own = promptOf(member, variables);
        return {
          model: member.model,
          prompt: own ?? common.prompt,
          hasOwnPrompt: own !== null,
          sampling: { ...sampling, ...withoutUndefined(member.sampling) },
          isTarget: true,
        };
      });
  }
}

/** null where neither is given. */
function promptOf(
  { prompt, messages }: Pick<ValidDecodeRequest, 'prompt' | 'messages'>,
  variables: TemplateVariables,
): string | Chat | null {
  return messages ? { messages, variables } : (prompt ?? null);
}

function withoutUndefined(
  sampling: ValidCollaborativeMethod['members'][number]['sampling'],
): Partial<ValidSampling> {
  return Object.fromEntries(Object.entries(sampling).filter(([, value]) => value !== undefined));
}
