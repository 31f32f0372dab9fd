/** A thrown value or a wrong answer, for a message. Whoever made it may have made it so that String() throws. */
export function inWords(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'a value that has no text';
  }
}
