import { philox4x32 } from '../../random/philox.ts';
import { float16BitsToNumber, numberToFloat16Bits } from '../onnx/float16.ts';
import { elementType } from '../onnx/prepare/onnx-wire.ts';

/** A small tensor as numbers, whatever its type: answers are computed in double precision. */
export interface Values {
  /** TensorProto.DataType */
  readonly type: number;
  readonly shape: readonly number[];
  /** In row-major order. */
  readonly data: Float64Array;
}

type TensorData = Float32Array | Uint16Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;

interface TypeInWords {
  readonly name: 'float32' | 'float16' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool';
  /** As ONNX Runtime and ONNX files hold them; float16 as bits. */
  readonly data: (numbers: Float64Array) => TensorData;
}

const types: ReadonlyMap<number, TypeInWords> = new Map<number, TypeInWords>([
  [elementType.float32, { name: 'float32', data: (numbers) => Float32Array.from(numbers) }],
  [
    elementType.float16,
    { name: 'float16', data: (numbers) => Uint16Array.from(numbers, numberToFloat16Bits) },
  ],
  [elementType.uint8, { name: 'uint8', data: (numbers) => Uint8Array.from(numbers) }],
  [elementType.int8, { name: 'int8', data: (numbers) => Int8Array.from(numbers) }],
  [elementType.int32, { name: 'int32', data: (numbers) => Int32Array.from(numbers) }],
  [elementType.int64, { name: 'int64', data: (numbers) => BigInt64Array.from(numbers, BigInt) }],
  [elementType.bool, { name: 'bool', data: (numbers) => Uint8Array.from(numbers) }],
]);

/** Whether answers can hold values of this type. */
export const isKnownType = (type: number): boolean => types.has(type);

export const isFloatType = (type: number | null | undefined): type is number =>
  type === elementType.float32 || type === elementType.float16;

export const typeName = (type: number): TypeInWords['name'] => types.get(type)!.name;

/** The values as ONNX Runtime and ONNX files hold them. */
export const tensorData = ({ type, data }: Values): TensorData => types.get(type)!.data(data);

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

/** The values rounded to what their type can hold. */
export function valuesOf(type: number, shape: readonly number[], numbers: ArrayLike<number>): Values {
  const data = Float64Array.from(numbers);
  if (data.length !== sizeOf(shape)) throw new RangeError(`${data.length} values for [${shape.join()}]`);
  if (type === elementType.float32)
    for (const [index, value] of data.entries()) data[index] = Math.fround(value);
  if (type === elementType.float16) {
    for (const [index, value] of data.entries())
      data[index] = float16BitsToNumber(numberToFloat16Bits(value));
  }
  return { type, shape, data };
}

/** Integers of the type that shapes have. */
export const integers = (numbers: readonly number[], shape: readonly number[] = [numbers.length]): Values =>
  valuesOf(elementType.int64, shape, numbers);

/** The same numbers in each run. */
export class SmallRandom {
  readonly #words = new Uint32Array(4);
  #counter = 0;

  /** `count` numbers, evenly spread in [from, to). */
  numbers(count: number, from: number, to: number): Float64Array {
    const numbers = new Float64Array(count);
    for (let index = 0; index < count; index++) {
      if (index % 4 === 0) philox4x32(this.#counter++, 0, 0, 0, 2026, 18, this.#words);
      numbers[index] = from + (to - from) * (this.#words[index % 4]! / 2 ** 32);
    }
    return numbers;
  }

  floats(type: number, shape: readonly number[], from = -1, to = 1): Values {
    return valuesOf(type, shape, this.numbers(sizeOf(shape), from, to));
  }

  /** Whole numbers in [from, to). */
  wholes(type: number, shape: readonly number[], from: number, to: number): Values {
    return valuesOf(type, shape, this.numbers(sizeOf(shape), from, to).map(Math.floor));
  }
}
