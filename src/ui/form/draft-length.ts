/** γ as the form holds it. */
export type DraftLengthForm = number | 'adaptive';

export const maxDraftLength = 16;
