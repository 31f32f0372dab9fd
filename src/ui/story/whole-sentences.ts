/** Ends with a mark of the end of a sentence, maybe a closing quote, and what separates it from the next one. */
const sentenceEnds = /[.!?…]["”’')\]]*(?=\s)|\n+/g;

/**
 * Length of the part of a text that consists of whole sentences: what may be read out while the rest is being written.
 * @param from where to look from; the answer is never below it
 */
export function wholeSentencesLength(text: string, from: number): number {
  let length = from;
  for (const { index, 0: end } of text.slice(from).matchAll(sentenceEnds)) length = from + index + end.length;
  return length;
}
