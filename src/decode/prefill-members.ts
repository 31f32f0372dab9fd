import type { Member } from '../round/member.ts';
import type { TokenId } from '../tokens/token-id.ts';

export interface Participant {
  readonly member: Member;
  readonly promptTokenIds: readonly TokenId[];
  /** True if its rows form r: then the row behind the prompt is needed for the first token. */
  readonly isTarget: boolean;
}

/** How much of the members' prompts is fed. */
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
  participants: readonly Participant[],
  carryOn: () => Promise<boolean>,
  report: (progress: PrefillProgress) => void,
): Promise<boolean> {
  const fed = participants.filter(({ member }) => member.promptLength <= member.contextLength);
  const lacking = () => fed.reduce((sum, { member }) => sum + member.promptLength - member.kvLength, 0);
  const tokensTotal = lacking();
  const tell = () => report({ tokensFed: tokensTotal - lacking(), tokensTotal });
  for (const [index, { member, promptTokenIds, isTarget }] of fed.entries()) {
    if (index > 0 && !(await carryOn())) return false;
    await member.prefill(promptTokenIds, isTarget ? 'last' : 'none', () => {
      tell();
      return carryOn();
    });
    if (member.kvLength < member.promptLength) return false;
    tell();
  }
  return true;
}
