import { philox4x32 } from '../../random/philox.ts';

/** Those of SmolLM2-135M over a paragraph of prose. */
const mean = 4.8;
const deviation = 5.4;

/** A row of normally distributed logits [vocabSize], spread like a language model's; Box-Muller. */
export function normalLogits(vocabSize: number, seed: number): Float32Array {
  const words = new Uint32Array(4);
  const uniform = (word: number): number => (word + 0.5) / 2 ** 32;
  return Float32Array.from({ length: vocabSize }, (_, token) => {
    philox4x32(token, 0, 0, 0, seed, 0, words);
    const radius = Math.sqrt(-2 * Math.log(uniform(words[0])));
    return mean + deviation * radius * Math.cos(2 * Math.PI * uniform(words[1]));
  });
}
