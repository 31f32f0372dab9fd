/**
 * Characters of a text that the bundled story models never saw: their vocabulary has ASCII alone, anything else
 * reaches them as bytes. Each once, the first `max`.
 */
export function beyondAscii(text: string, max: number): readonly string[] {
  return [...new Set(text.match(/[^\p{ASCII}]/gu))].slice(0, max);
}
