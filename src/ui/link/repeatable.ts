import type { DecodeResult } from '../../engine/engine-api.ts';
import type { RequestForm } from '../request-form.ts';

/** A form that asks for the run again, with what the engine chose: its seed, and who begins. */
export function repeatable(form: RequestForm, result: DecodeResult | null): RequestForm {
  if (!result) return form;
  const { seed, request } = result;
  const { method } = request;
  const first = method.kind === 'collaborative' ? method.defaultProposer : undefined;
  const starter = first === undefined ? form.team.starter : (form.team.members[first]?.key ?? null);
  return { ...form, seed, team: { ...form.team, starter } };
}

/**
 * A form that goes on where a text ended: positions, and with them random numbers, are those of the text as a whole.
 * So it writes what the run would have written had it gone on, where a seed has one text: at temperature 0, under
 * `coupled`, and where one model writes.
 */
export function continued(form: RequestForm, result: DecodeResult): RequestForm {
  const { text, finishReason, tokenIds } = result;
  const again = repeatable(form, result);
  const left = form.maxTokens - tokenIds.length;
  const members = again.team.members.map((member) => ({
    ...member,
    prompt: member.prompt === '' ? '' : member.prompt + text,
  }));
  return {
    ...again,
    prompt: form.prompt + text,
    team: { ...again.team, members },
    maxTokens: finishReason === 'abort' && left > 0 ? left : form.maxTokens,
  };
}
