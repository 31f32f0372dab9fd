import type { CombineNumbers } from '../../combine/combine.ts';

/** A combination's numbers as the page writes them: λ of each member, or μ. */
export function combineText(numbers: CombineNumbers): string {
  if ('mu' in numbers) return `μ ${numbers.mu.toFixed(2)}`;
  return `λ ${numbers.weights.map((weight) => weight.toFixed(2)).join(' · ')}`;
}
