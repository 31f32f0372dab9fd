export const noNumber = '–';

export function decimalText(value: number | null, digits: number): string {
  return value === null ? noNumber : value.toFixed(digits);
}

/** Milliseconds below a second, seconds from there on. */
export function durationText(ms: number | null): string {
  if (ms === null) return noNumber;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @param share between 0 and 1 */
export function percentText(share: number | null, digits = 0): string {
  return share === null ? noNumber : `${(100 * share).toFixed(digits)} %`;
}

/** A share to a tenth of a percent; one that would be rounded to nothing says that it is more. */
export function tinyShareText(share: number): string {
  return share > 0 && share < 0.0005 ? '< 0.1 %' : percentText(share, 1);
}

/** Two significant digits, with a power of ten where the value is tiny. */
export function smallNumberText(value: number): string {
  if (value === 0 || value >= 0.001) return value === 0 ? '0' : value.toPrecision(2);
  const exponent = Math.floor(Math.log10(value));
  return `${(value / 10 ** exponent).toFixed(1)}·10${superscript(exponent)}`;
}

function superscript(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]);
  return (exponent < 0 ? '⁻' : '') + digits.join('');
}
