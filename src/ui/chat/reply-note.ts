import type { DecodeResult } from '../../engine/engine-api.ts';

type Reply = Pick<DecodeResult, 'rounds' | 'finishReason'> & {
  readonly request: Pick<DecodeResult['request'], 'method'>;
};

/** What running ahead came to in a reply, in a sentence; null where there was nothing to run ahead of. */
export function replyNote({ request: { method }, rounds, finishReason }: Reply): string | null {
  if (method.kind !== 'speculative' || rounds.length < 2) return null;
  const later = rounds.slice(1);
  // The end token is asked for too, though the text goes without it.
  const tokens =
    later.reduce((sum, { committed }) => sum + committed.length, 0) + (finishReason === 'end' ? 1 : 0);
  const judged = later.flatMap(({ proposals }) => proposals);
  const accepted = judged.filter(({ fate }) => fate === 'accepted').length;
  // The one that decides is member 0; each of its calls replaces one for every word that it let stand.
  const calls = later.flatMap(({ forwards }) => forwards).filter(({ member }) => member === 0).length;
  const share = Math.round((100 * accepted) / tokens);
  const saved = Math.round(100 * (1 - calls / tokens));
  const isModel = method.drafter.kind === 'model';
  if (isModel && judged.every(({ proposer }) => proposer === null)) {
    return 'The large model answered alone: on this device, running ahead would not be faster.';
  }
  const proposed = isModel
    ? `${share} % of the words were proposed by the small model`
    : `${share} % of the words were copied from earlier text`;
  const callsWords = isModel ? 'calls of the large model' : 'model calls';
  return `${proposed}; ${saved > 0 ? `${saved} % fewer ${callsWords}` : `no ${callsWords} saved`}.`;
}
