import type { Member } from '../round/member.ts';

/** How much of the members' prompts, and of a text that they continue, is fed. */
export interface PrefillProgress {
  /** Of all members together. */
  readonly tokensFed: number;
  /** What the caches still hold of an earlier text is not fed again and does not count. */
  readonly tokensTotal: number;
}

/**
 * Feeds each member its prompt, in chunks (Member.prefill), and reports after each chunk. A prompt beyond its member's
 * context is left out: that member drafts nothing.
 * @param carryOn asked between two passes; false ends the prefill
 * @returns false where it was ended
 */
export async function prefillMembers(
  members: readonly Member[],
  carryOn: () => Promise<boolean>,
  report: (progress: PrefillProgress) => void,
): Promise<boolean> {
  const fed = members.filter(({ prefillLength, description }) => prefillLength <= description.contextLength);
  const lacking = () => fed.reduce((sum, { prefillLength, kvLength }) => sum + prefillLength - kvLength, 0);
  const tokensTotal = lacking();
  const tell = () => report({ tokensFed: tokensTotal - lacking(), tokensTotal });
  for (const [index, member] of fed.entries()) {
    if (index > 0 && !(await carryOn())) return false;
    await member.prefill(() => {
      tell();
      return carryOn();
    });
    if (member.kvLength < member.prefillLength) return false;
    tell();
  }
  return true;
}
