/** Middle of a list of measurements and the spread around it. */
export interface Quartiles {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
  readonly count: number;
}

/** Quartiles with linear interpolation between neighbours. Throws RangeError on an empty list. */
export function quartilesOf(values: readonly number[]): Quartiles {
  if (values.length === 0) throw new RangeError('quartilesOf: there is no value to take quartiles of');
  const sorted = [...values].sort((left, right) => left - right);
  const at = (share: number): number => {
    const position = share * (sorted.length - 1);
    const below = Math.floor(position);
    const above = Math.ceil(position);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  };
  return { lower: at(0.25), median: at(0.5), upper: at(0.75), count: values.length };
}

/** "1.50 (1.42–1.58)", or a dash. */
export function withSpread(quartiles: Quartiles | null, digits: number): string {
  if (!quartiles) return '–';
  const { median, lower, upper } = quartiles;
  return `${median.toFixed(digits)} (${lower.toFixed(digits)}–${upper.toFixed(digits)})`;
}
