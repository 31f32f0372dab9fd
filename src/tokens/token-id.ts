/**
 * An entry of a vocabulary. Branded, so that a count or a position cannot be passed as one. The brand is a plain name:
 * a symbol would differ between the package's entries.
 */
export type TokenId = number & { readonly __brand: 'TokenId' };

export const tokenId = (value: number): TokenId => value as TokenId;
