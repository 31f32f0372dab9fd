/**
 * `text` with every lone surrogate replaced by U+FFFD. Same as String.prototype.toWellFormed, which browsers
 * before 2023-10 lack; with the `u` flag the class matches only surrogates that stand alone.
 */
export const toWellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD');
