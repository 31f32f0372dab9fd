/** One cell of a chi-square test: how often something came, and how often it should have. */
interface Cell {
  readonly observed: number;
  readonly expected: number;
}

/** Fewer expected than this make the statistic's law unlike a chi-square. */
const fewestExpected = 5;

export interface ChiSquare {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  /** The statistic's quantile at 1 − 1e-4, should the law hold. */
  readonly bound: number;
}

/**
 * Pearson's test of counts against a law that is known at some tokens; all others, and those that are rarely expected,
 * make one cell.
 * @param counts how often each token came
 * @param law probabilities of tokens; what they lack to 1 belongs to the tokens it does not name
 */
export function chiSquare(counts: ReadonlyMap<number, number>, law: ReadonlyMap<number, number>): ChiSquare {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const cells: Cell[] = [];
  let rest: Cell = { observed: total, expected: total };
  for (const [token, probability] of law) {
    const cell = { observed: counts.get(token) ?? 0, expected: total * probability };
    if (cell.expected < fewestExpected) continue;
    cells.push(cell);
    rest = { observed: rest.observed - cell.observed, expected: rest.expected - cell.expected };
  }
  if (rest.expected >= fewestExpected) cells.push(rest);
  // Too few for a cell of their own: with the smallest, unless there is nothing at all to expect.
  else if (cells.length > 0 && (rest.observed > 0 || rest.expected > 1e-6 * total)) {
    const smallest = cells.reduce((min, cell) => (cell.expected < min.expected ? cell : min));
    cells[cells.indexOf(smallest)] = {
      observed: smallest.observed + rest.observed,
      expected: smallest.expected + rest.expected,
    };
  }
  const statistic = cells.reduce(
    (sum, { observed, expected }) => sum + (observed - expected) ** 2 / expected,
    0,
  );
  const degreesOfFreedom = cells.length - 1;
  return { statistic, degreesOfFreedom, bound: quantile(degreesOfFreedom) };
}

/** Quantile of the chi-square law at 1 − 1e-4 (Wilson and Hilferty, 1931); 3.719 is that of the normal law. */
function quantile(degreesOfFreedom: number): number {
  if (degreesOfFreedom === 0) return 0;
  const variance = 2 / (9 * degreesOfFreedom);
  return degreesOfFreedom * (1 - variance + 3.719 * Math.sqrt(variance)) ** 3;
}
