import type { Fate } from '../../verify/acceptance.ts';

/** How a token is written where it stands alone: without the blank before it, and never as nothing. */
export function tokenWord(text: string): string {
  const word = text.trim();
  if (word !== '') return word;
  return text.includes('\n') ? '↵' : '␣';
}

const fates: Readonly<Record<Fate, string>> = {
  accepted: 'fits the combined distribution',
  rejected: 'did not fit the combined distribution',
  discarded: 'after a rejected token, so not verified',
  recovered: 'drawn in place of the rejected token',
  drawn: 'drawn from the combined distribution without a proposal',
};

/** What a fate means, in a few words. */
export function describeFate(fate: Fate): string {
  return fates[fate];
}
