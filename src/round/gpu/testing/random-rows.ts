import { philox4x32 } from '../../../random/philox.ts';

/** Numbers in [0, 1), the same in every run. */
export function seededNumbers(seed: number): () => number {
  const words = new Uint32Array(4);
  let index = 0;
  return () => {
    if (index % 4 === 0) philox4x32(index / 4, 0, 0, 0, seed, 77, words);
    return words[index++ % 4] / 2 ** 32;
  };
}

/** Logits as a model has them: a bell around 0, a few tall ones, some impossible. */
export function modelLikeRow(vocabSize: number, random: () => number): Float32Array {
  return Float32Array.from({ length: vocabSize }, () => {
    const kind = random();
    if (kind < 0.02) return Number.NEGATIVE_INFINITY;
    const bell = (random() + random() + random() - 1.5) * 5;
    return kind < 0.05 ? bell + 8 * random() : bell;
  });
}

/** Logits on a coarse grid: ties everywhere. */
export function tiedRow(vocabSize: number, random: () => number): Float32Array {
  return Float32Array.from({ length: vocabSize }, () => Math.floor(random() * 9) / 2 - 2);
}

/** Every token alike. */
export function equalRow(vocabSize: number): Float32Array {
  return new Float32Array(vocabSize).fill(-3.5);
}

/** One possible token, the same in all rows: two that contradict each other combine to nothing. */
export function oneHotRow(vocabSize: number): Float32Array {
  const row = new Float32Array(vocabSize).fill(Number.NEGATIVE_INFINITY);
  row[Math.floor(vocabSize / 3)] = 2;
  return row;
}
