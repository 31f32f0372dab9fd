import type { DecodeResult } from '../../../engine/engine-api.ts';
import type { Round } from '../../../round/round.ts';
import { type RequestForm, toRequest } from '../../form/request-form.ts';
import { withReply } from '../../form/with-reply.ts';

/** A form that asks for the run again, with what the engine chose: its seed, and who begins. */
export function repeatable(form: RequestForm, result: DecodeResult | null): RequestForm {
  if (!result) return form;
  const { seed, request } = result;
  const { method } = request;
  const first = method.kind === 'collaborative' ? method.defaultProposer : undefined;
  const starter = first === undefined ? form.team.starter : (form.team.members[first]?.key ?? null);
  return { ...form, seed, team: { ...form.team, starter } };
}

/** Why the form's link may not write the same text again; null where it does. */
export function linkCaveat(form: RequestForm, rounds: readonly Pick<Round, 'combine'>[]): string | null {
  if (rounds.some(({ combine }) => combine !== undefined)) {
    return 'The link has the weights the story began with. Changes made during the run are only in the recording.';
  }
  const { method, sampling } = toRequest(form);
  const isAdaptive = JSON.stringify(method).includes('"adaptive"');
  const acceptance = 'acceptance' in method ? method.acceptance?.kind : undefined;
  if (isAdaptive && sampling?.temperature !== 0 && acceptance !== 'coupled') {
    return 'With an adaptive draft length the story may differ each time; acceptance “coupled” reproduces it.';
  }
  return null;
}

/** What a text came to that may go on. */
export interface Interrupted {
  readonly text: string;
  readonly tokens: number;
  /** Where the run came to a result. */
  readonly tokenIds?: readonly number[] | undefined;
  /** It was cut short of its token limit. */
  readonly isShort: boolean;
}

/**
 * A form that goes on where a text ended: positions, and with them random numbers, are those of the text as a whole.
 * So it writes what the run would have written had it gone on, where a seed has one text: at temperature 0, under
 * `coupled`, and where one model writes.
 * @param form that asks for the text again: `repeatable`
 */
export function continued(form: RequestForm, interrupted: Interrupted): RequestForm {
  const { text, tokens, isShort } = interrupted;
  // Nothing was written: an empty reply is not the same prompt as none, for templates that trim.
  if (text === '' && tokens === 0) return form;
  const left = form.maxTokens - tokens;
  const maxTokens = isShort && left > 0 ? left : form.maxTokens;
  if (form.chat) return { ...withReply(form, interrupted), maxTokens };
  const members = form.team.members.map((member) => ({
    ...member,
    prompt: member.prompt === '' ? '' : member.prompt + text,
  }));
  return {
    ...form,
    prompt: form.prompt + text,
    team: { ...form.team, members },
    maxTokens,
  };
}
