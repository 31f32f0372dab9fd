declare const tokenIdBrand: unique symbol;

/** An entry of a vocabulary. Branded, so that a count or a position cannot be passed as one. */
export type TokenId = number & { readonly [tokenIdBrand]: true };

export const tokenId = (value: number): TokenId => value as TokenId;
