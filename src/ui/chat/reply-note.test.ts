import { expect, test } from 'vitest';
import type { DecodeResult } from '../../engine/engine-api.ts';
import { memberProposer } from '../../round/proposer.ts';
import type { Round } from '../../round/round.ts';
import type { Fate } from '../../verify/acceptance.ts';
import { replyNote } from './reply-note.ts';

/** A round's forwards by their members, and the fates of proposals; those that nobody proposed were drawn. */
type Step = readonly [members: readonly number[], fates: readonly Fate[]];

const prompt: Step = [[0, 1], ['drawn']];
const drafted: Step = [
  [1, 1, 0],
  ['accepted', 'accepted', 'drawn'],
];
const half: Step = [
  [1, 1, 0],
  ['accepted', 'rejected', 'recovered'],
];
const plain: Step = [[0], ['drawn']];

function reply(
  steps: readonly Step[],
  drafter: 'model' | 'ngram' | null,
  finishReason = 'length',
): DecodeResult {
  const rounds = steps.map(([members, fates], index) => ({
    forwards: members.map((member) => ({ member, kind: index === 0 ? 'prefill' : 'score' })),
    proposals: fates.map((fate) => ({
      fate,
      proposer: /drawn|recovered/.test(fate) ? null : memberProposer(1),
    })),
    committed: fates.filter((fate) => fate !== 'rejected').map(() => 1),
  })) as unknown as Round[];
  const method = drafter ? { kind: 'speculative', drafter: { kind: drafter } } : { kind: 'plain' };
  return { rounds, finishReason, request: { method } } as unknown as DecodeResult;
}

test.each([
  // 6 words in 2 calls, 4 of them proposed.
  [
    'two good drafts',
    reply([prompt, drafted, drafted], 'model'),
    '67 % of the words were proposed by the small model; 67 % fewer calls of the large model.',
  ],
  [
    'a draft that is half right',
    reply([prompt, half], 'model'),
    '50 % of the words were proposed by the small model; 50 % fewer calls of the large model.',
  ],
  // The end token took its share of the call.
  [
    'an end',
    reply([prompt, half], 'model', 'end'),
    '33 % of the words were proposed by the small model; 67 % fewer calls of the large model.',
  ],
  [
    'words from the text',
    reply([prompt, plain, drafted], 'ngram'),
    '50 % of the words were copied from earlier text; 50 % fewer model calls.',
  ],
  [
    'nothing found in the text',
    reply([prompt, plain], 'ngram'),
    '0 % of the words were copied from earlier text; no model calls saved.',
  ],
  [
    'a draft model that stayed silent',
    reply([prompt, plain, plain], 'model'),
    'The large model answered alone: on this device, running ahead would not be faster.',
  ],
  ['a single word', reply([prompt], 'model'), null],
  ['one model alone', reply([prompt, plain], null), null],
])('%s', (_, result, note) => {
  expect(replyNote(result)).toBe(note);
});
