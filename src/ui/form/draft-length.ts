/** γ as the form holds it. */
export type DraftLengthForm = number | 'adaptive';

export const longestDraft = 16;
