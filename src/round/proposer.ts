/** Who proposed a token: a member that drew it from its own distribution, or a lookup in the text. */
export type Proposer = { readonly kind: 'member'; readonly index: number } | { readonly kind: 'lookup' };

/** Index in a list with an entry for each proposer: the members in order, then the look-up where there is one. */
export function proposerIndex(proposer: Proposer, list: { readonly length: number }): number {
  return proposer.kind === 'member' ? proposer.index : list.length - 1;
}

export const memberProposer = (index: number): Proposer => ({ kind: 'member', index });

export function isSameProposer(one: Proposer | null, other: Proposer): boolean {
  if (one?.kind !== 'member' || other.kind !== 'member') return one?.kind === other.kind;
  return one.index === other.index;
}
