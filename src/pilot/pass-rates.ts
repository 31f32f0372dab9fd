/*
 * Pass rates with 95 % intervals. Seeds of one prompt are no independent samples: where they agree with each other, they
 * count as fewer trials, down to one a prompt (the effective sample size of clustered data).
 */

/** Share of passes; an interval at 95 %. */
export interface PassRate {
  readonly passed: number;
  readonly judged: number;
  readonly rate: number;
  /** Of Wilson's interval. */
  readonly lower: number;
  readonly upper: number;
}

/** A method's texts and the reference's, prompt by prompt and seed by seed. */
export interface PassComparison {
  readonly compared: number;
  readonly onlyMethod: number;
  readonly onlyReference: number;
  /** Pass rate of the method minus the reference's in the cells that both finished, with Newcombe's interval. */
  readonly difference: { readonly value: number; readonly lower: number; readonly upper: number };
}

/** One text that was judged. */
export interface Judged {
  /** Index. */
  readonly prompt: number;
  readonly passed: boolean;
}

export interface JudgedPair {
  readonly prompt: number;
  readonly method: boolean;
  readonly reference: boolean;
}

/** The 97.5 % point of the normal distribution. */
const z = 1.959964;

/** Interval of Wilson for a share (Wilson 1927, "Probable inference"); `trials` may be a fraction. */
export function wilsonInterval(
  rate: number,
  trials: number,
): { readonly lower: number; readonly upper: number } {
  const spread = z ** 2 / trials;
  const centre = (rate + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((rate * (1 - rate)) / trials + spread / (4 * trials));
  return {
    lower: rate === 0 ? 0 : Math.max(0, centre - half),
    upper: rate === 1 ? 1 : Math.min(1, centre + half),
  };
}

/** null where nothing was judged. */
export function passRate(judged: readonly Judged[]): PassRate | null {
  if (judged.length === 0) return null;
  const passed = judged.filter((each) => each.passed).length;
  const rate = passed / judged.length;
  return { passed, judged: judged.length, rate, ...wilsonInterval(rate, effectiveTrials(judged)) };
}

/** null where nothing can be compared. */
export function comparePasses(pairs: readonly JudgedPair[]): PassComparison | null {
  const own = passRate(pairs.map(({ prompt, method }) => ({ prompt, passed: method })));
  const reference = passRate(pairs.map(({ prompt, reference: passed }) => ({ prompt, passed })));
  if (!own || !reference) return null;
  const onlyMethod = pairs.filter((pair) => pair.method && !pair.reference).length;
  const onlyReference = pairs.filter((pair) => pair.reference && !pair.method).length;
  const value = (onlyMethod - onlyReference) / pairs.length;
  const both = own.passed - onlyMethod;
  const neither = pairs.length - both - onlyMethod - onlyReference;
  // Newcombe 1998, "Improved confidence intervals for the difference between binomial proportions based on paired
  // data", method 10: Wilson's intervals of both, and how much the two go together.
  const scale = Math.sqrt(
    own.passed * (own.judged - own.passed) * reference.passed * (reference.judged - reference.passed),
  );
  const product = both * neither - onlyMethod * onlyReference;
  const corrected = product > 0 ? Math.max(0, product - pairs.length / 2) : product;
  const phi = scale === 0 ? 0 : corrected / scale;
  const reach = (first: number, second: number): number =>
    Math.sqrt(Math.max(0, first ** 2 - 2 * phi * first * second + second ** 2));
  return {
    compared: pairs.length,
    onlyMethod,
    onlyReference,
    difference: {
      value,
      lower: Math.max(-1, value - reach(own.rate - own.lower, reference.upper - reference.rate)),
      upper: Math.min(1, value + reach(own.upper - own.rate, reference.rate - reference.lower)),
    },
  };
}

/** As many independent trials as know the share equally well: from one a prompt to one a text. */
function effectiveTrials(judged: readonly Judged[]): number {
  const rate = judged.filter(({ passed }) => passed).length / judged.length;
  const residuals = new Map<number, number>();
  for (const { prompt, passed } of judged) {
    residuals.set(prompt, (residuals.get(prompt) ?? 0) + Number(passed) - rate);
  }
  const prompts = residuals.size;
  if (prompts === judged.length || rate === 0 || rate === 1) return prompts;
  if (prompts === 1) return 1;
  const squares = [...residuals.values()].reduce((sum, residual) => sum + residual ** 2, 0);
  const variance = (prompts / (prompts - 1)) * (squares / judged.length ** 2);
  const trials = variance === 0 ? judged.length : (rate * (1 - rate)) / variance;
  return Math.min(judged.length, Math.max(prompts, trials));
}
