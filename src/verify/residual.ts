/**
 * Writes max(0, r − q) [vocabSize] into `out`, unnormalised. Where rounding leaves no mass, because r equals q but
 * for the last bit, r itself is the right law and is written instead.
 * @returns its mass
 */
export function residual(r: Float64Array, q: Float64Array, out: Float64Array): number {
  let mass = 0;
  for (let token = 0; token < r.length; token++) {
    const weight = r[token] - q[token];
    out[token] = Math.max(weight, 0);
    mass += out[token];
  }
  if (mass > 0) return mass;
  out.set(r);
  return 1;
}
