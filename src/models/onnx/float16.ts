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

const asFloat = new Float32Array(1);
const asBits = new Uint32Array(asFloat.buffer);

/** The nearest binary16, ties to even. */
export function numberToFloat16Bits(value: number): number {
  asFloat[0] = value;
  const sign = (asBits[0]! >>> 16) & 0x8000;
  const magnitude = Math.abs(asFloat[0]);
  if (Number.isNaN(magnitude)) return sign | 0x7e00;
  // From halfway between the largest one and the next power of two on.
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const steps = magnitude / 2 ** (exponent - 10);
  const floor = Math.floor(steps);
  const rest = steps - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // Below 2^-14 there is no leading one. A carry out of the fraction goes into the exponent, as it should.
  return sign | (rounded < 1024 ? rounded : ((exponent + 14) << 10) + rounded);
}
