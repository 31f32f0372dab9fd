/** Values of a float16 tensor as ONNX Runtime hands them over: numbers where the browser knows the type, else bits. */
export function float16ToFloat32(data: ArrayLike<number>): Float32Array {
  if (!(data instanceof Uint16Array)) return Float32Array.from(data);
  const values = new Float32Array(data.length);
  for (let index = 0; index < data.length; index++) values[index] = float16BitsToNumber(data[index]!);
  return values;
}

/** IEEE 754 binary16: sign 1 bit, exponent 5 bits, fraction 10 bits; 0x3c00 is 1. */
export function float16BitsToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
