import { elementType } from '../onnx/prepare/onnx-wire.ts';
import { unpackWeights } from '../onnx/prepare/unpack-weights.ts';
import { entrywise } from './entrywise-answers.ts';
import {
  type AnswerInput,
  type AnswerMaker,
  type InputForm,
  like,
  numberOf,
  toleranceOf,
  tolerances,
} from './known-answer.ts';
import { isFloatType, type SmallRandom, sizeOf, type Values, valuesOf } from './values.ts';

/* Products of matrices, and what is stored in few bits. */

/** Batches of a · b, of which the smaller operand's serve all of the other's. */
function product(
  type: number,
  a: Values,
  b: Values,
  options: { alpha?: number; transA?: boolean; transB?: boolean } = {},
): Values {
  const { alpha = 1, transA = false, transB = false } = options;
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [rows, inner] = transA ? [aColumns, aRows] : [aRows, aColumns];
  const columns = transB ? bRows : bColumns;
  if (inner !== (transB ? bColumns : bRows)) throw new RangeError(`[${a.shape}] times [${b.shape}]`);
  const batch = (a.shape.length > b.shape.length ? a : b).shape.slice(0, -2);
  const out = new Float64Array(sizeOf(batch) * rows * columns);
  for (let text = 0; text < sizeOf(batch); text++) {
    const aStart = (text * rows * inner) % a.data.length;
    const bStart = (text * inner * columns) % b.data.length;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let index = 0; index < inner; index++) {
          const left = transA ? index * rows + row : row * inner + index;
          const right = transB ? column * inner + index : index * columns + column;
          sum += a.data[aStart + left]! * b.data[bStart + right]!;
        }
        out[(text * rows + row) * columns + column] = alpha * sum;
      }
    }
  }
  return valuesOf(type, [...batch, rows, columns], out);
}

const swappedIf = (isSwapped: boolean, shape: readonly number[]): number[] =>
  isSwapped ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : [...shape];

const matMul: AnswerMaker = (form, random) => {
  const [left, right] = form.inputs;
  const type = left?.type;
  if (!left || !isFloatType(type) || right?.type !== type || form.inputs.length !== 2) return null;
  const known = new Set(['alpha', 'transA', 'transB', 'transBatchA', 'transBatchB']);
  const { attributes, numbers } = form.operation;
  if ([...attributes.keys()].some((name) => !known.has(name))) return null;
  if (numbers.get('transBatchA') || numbers.get('transBatchB')) return null;
  const transA = numberOf(form, 'transA', 0) === 1;
  const transB = numberOf(form, 'transB', 0) === 1;
  // Rows by stored weights, or scores and shares of attention, whose heads are batches.
  const rank = (input: InputForm) =>
    input.constant?.shape.length ?? (left.constant || right.constant ? 3 : 4);
  const batch = [2, 3];
  const shapeOf = (input: InputForm, matrix: readonly number[]) => [
    ...batch.slice(0, rank(input) - 2),
    ...matrix,
  ];
  if (rank(left) < 2 || rank(left) > 4 || rank(right) < 2 || rank(right) > 4) return null;
  if (rank(left) !== rank(right) && rank(left) > 2 && rank(right) > 2) return null;
  const a = random.floats(type, swappedIf(transA, shapeOf(left, [5, 24])));
  const b = random.floats(type, swappedIf(transB, shapeOf(right, [24, 20])));
  return [
    {
      inputs: [like(left, a), like(right, b)],
      outputs: () => [product(type, a, b, { alpha: numberOf(form, 'alpha', 1), transA, transB })],
      tolerance: toleranceOf(type),
    },
  ];
};

const gemm: AnswerMaker = (form, random) => {
  const [left, right, added] = form.inputs;
  const type = left?.type;
  if (!isFloatType(type) || right?.type !== type) return null;
  const transA = numberOf(form, 'transA', 0) === 1;
  const transB = numberOf(form, 'transB', 0) === 1;
  const a = random.floats(type, swappedIf(transA, [5, 24]));
  const b = random.floats(type, swappedIf(transB, [24, 20]));
  const c = added ? random.floats(type, added.constant?.shape.length === 2 ? [5, 20] : [20]) : null;
  const beta = numberOf(form, 'beta', 1);
  return [
    {
      inputs: [like(left, a), like(right, b), ...(c ? [like(added, c)] : [])],
      outputs: () => {
        const rows = product(type, a, b, { alpha: numberOf(form, 'alpha', 1), transA, transB });
        return [c ? entrywise(type, [rows, c], (x, y) => x! + beta * y!) : rows];
      },
      tolerance: toleranceOf(type),
    },
  ];
};

/** A size that leaves the same remainder, and is small: kernels differ by what sizes are multiples of. */
const smallSize = (size: number, modulus: number): number =>
  size < 2 * modulus ? size : modulus + (size % modulus);

interface Packed {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  readonly rows: number;
  readonly columns: number;
}

/** Packed rows with their scales and zero points, as inputs and as the numbers that they stand for. */
function packedRows(
  { bits, blockSize, rows, columns }: Packed,
  type: number,
  hasZeroPoints: boolean,
  random: SmallRandom,
) {
  const blocks = Math.ceil(columns / blockSize);
  const bytes = (count: number) => Math.ceil((count * bits) / 8);
  const packed = random.wholes(elementType.uint8, [rows, blocks, bytes(blockSize)], 0, 256);
  const scales = random.floats(type, [rows, blocks], 0.5 / 2 ** bits, 2 / 2 ** bits);
  const zeroPoints = hasZeroPoints ? random.wholes(elementType.uint8, [rows, bytes(blocks)], 0, 256) : null;
  const unpacked = (): Values => {
    const numbers = new Float32Array(rows * columns);
    unpackWeights(
      {
        bits,
        blockSize,
        rows,
        columns,
        packed: Uint8Array.from(packed.data),
        scales: Float32Array.from(scales.data),
        zeroPoints: zeroPoints && Uint8Array.from(zeroPoints.data),
      },
      numbers,
    );
    return valuesOf(elementType.float32, [rows, columns], numbers);
  };
  return { packed, scales, zeroPoints, unpacked };
}

const packedMatMulAttributes = new Set(['K', 'N', 'bits', 'block_size', 'accuracy_level']);

const matMulNBits: AnswerMaker = (form, random) => {
  const [rows, weights, scales, zeroPoints, order, bias] = form.inputs;
  const type = rows?.type;
  const bits = numberOf(form, 'bits', 4);
  const blockSize = numberOf(form, 'block_size', 0);
  const { attributes } = form.operation;
  if (!isFloatType(type) || scales?.type !== type || order || (bits !== 4 && bits !== 8)) return null;
  if ([...attributes.keys()].some((name) => !packedMatMulAttributes.has(name)) || blockSize < 16) return null;
  if (zeroPoints && zeroPoints.type !== elementType.uint8) return null;
  const columns = smallSize(numberOf(form, 'K', 0), Math.max(256, blockSize));
  const count = smallSize(numberOf(form, 'N', 0), 64);
  const stored = packedRows({ bits, blockSize, rows: count, columns }, type, Boolean(zeroPoints), random);
  const given = random.floats(type, [1, 3, columns]);
  const added = bias ? random.floats(type, [count]) : null;
  const packedShape =
    weights!.constant?.shape.length === 2
      ? [count, sizeOf(stored.packed.shape) / count]
      : stored.packed.shape;
  return [
    {
      inputs: [
        like(rows, given),
        like(weights, { ...stored.packed, shape: packedShape }),
        like(scales, flatLike(scales, stored.scales)),
        ...(stored.zeroPoints || added
          ? [stored.zeroPoints && like(zeroPoints, flatLike(zeroPoints!, stored.zeroPoints))]
          : []),
        ...(added ? [null, like(bias, added)] : []),
      ],
      attributes: { K: columns, N: count },
      outputs: () => {
        const answer = product(type, given, stored.unpacked(), { transB: true });
        return [added ? entrywise(type, [answer, added], (x, y) => x! + y!) : answer];
      },
      tolerance: numberOf(form, 'accuracy_level', 0) === 4 ? tolerances.int8 : toleranceOf(type),
    },
  ];
};

/** Old exports store scales and zero points as one long row. */
const flatLike = ({ constant }: InputForm, values: Values): Values =>
  constant?.shape.length === 1 ? { ...values, shape: [values.data.length] } : values;

const gatherBlockQuantized: AnswerMaker = (form, random) => {
  const [table, indices, scales, zeroPoints] = form.inputs;
  const bits = numberOf(form, 'bits', 4);
  const blockSize = numberOf(form, 'block_size', 128);
  const type = scales?.type;
  if (table?.type !== elementType.uint8 || !isFloatType(type) || (bits !== 4 && bits !== 8)) return null;
  if (numberOf(form, 'gather_axis', 0) !== 0 || numberOf(form, 'quantize_axis', 1) !== 1) return null;
  if (!indices || (zeroPoints && zeroPoints.type !== elementType.uint8)) return null;
  const columns = 2 * blockSize;
  const stored = packedRows({ bits, blockSize, rows: 9, columns }, type, Boolean(zeroPoints), random);
  const chosen = valuesOf(indices.type, [1, 3], [7, 0, 4]);
  const flat: Values = { ...stored.packed, shape: [9, stored.packed.data.length / 9] };
  return [
    {
      inputs: [
        like(table, flat),
        like(indices, chosen),
        like(scales, stored.scales),
        ...(stored.zeroPoints ? [like(zeroPoints, stored.zeroPoints)] : []),
      ],
      outputs: () => {
        const { data } = stored.unpacked();
        const rows = [...chosen.data].flatMap((entry) => [
          ...data.subarray(entry * columns, (entry + 1) * columns),
        ]);
        return [valuesOf(type, [1, 3, columns], rows)];
      },
      tolerance: toleranceOf(type),
    },
  ];
};

/** uint8 by uint8 or int8, with the zero points taken off first. */
const matMulInteger: AnswerMaker = (form, random) => {
  const [left, right, leftZero, rightZero] = form.inputs;
  const isByte = (input: InputForm | null | undefined) =>
    input?.type === elementType.uint8 || input?.type === elementType.int8;
  if (!isByte(left) || !isByte(right) || right?.constant?.shape.length !== 2) return null;
  const zeroOf = (input: InputForm | null | undefined) => {
    if (!input) return null;
    if ((input.constant?.shape.length ?? 0) > 0 && sizeOf(input.constant!.shape) !== 1) return undefined;
    return valuesOf(input.type, input.constant?.shape.length ? [1] : [], [3]);
  };
  const zeros = [zeroOf(leftZero), zeroOf(rightZero)];
  if (zeros.includes(undefined)) return null;
  const a = random.wholes(left!.type, [2, 5, 24], 0, 100);
  const b = random.wholes(right!.type, [24, 20], 0, 100);
  const shifted = (values: Values, zero: Values | null | undefined) =>
    valuesOf(
      elementType.int32,
      values.shape,
      values.data.map((value) => value - (zero?.data[0] ?? 0)),
    );
  const zeroInputs: (AnswerInput | null)[] = zeros.map((zero, index) =>
    zero ? like(form.inputs[index + 2], zero) : null,
  );
  return [
    {
      inputs: [like(left, a), like(right, b), ...zeroInputs],
      outputs: () => [product(elementType.int32, shifted(a, zeros[0]), shifted(b, zeros[1]))],
      tolerance: tolerances.exact,
    },
  ];
};

/** Steps of 1/255 of the range, zero included; a step more or less is rounding. */
const dynamicQuantizeLinear: AnswerMaker = (form, random) => {
  if (form.inputs[0]?.type !== elementType.float32) return null;
  const given = random.floats(elementType.float32, [2, 3, 16], -1, 3);
  return [
    {
      inputs: [like(form.inputs[0], given)],
      outputs: () => {
        const max = Math.max(0, ...given.data);
        const min = Math.min(0, ...given.data);
        const scale = (max - min) / 255;
        const zero = Math.round(-min / scale);
        const steps = given.data.map((value) => Math.min(255, Math.max(0, Math.round(value / scale) + zero)));
        return [
          valuesOf(elementType.uint8, given.shape, steps),
          valuesOf(elementType.float32, [], [scale]),
          valuesOf(elementType.uint8, [], [zero]),
        ];
      },
      tolerance: tolerances.int8,
    },
  ];
};

const dequantizeLinear: AnswerMaker = (form, random) => {
  const [given, scale, zero] = form.inputs;
  if (!given || scale?.type !== elementType.float32) return null;
  if (form.operation.attributes.has('block_size') || (scale.constant?.shape.length ?? 1) > 0) return null;
  if (given.type !== elementType.uint8 && given.type !== elementType.int8) return null;
  if (zero && zero.type !== given.type) return null;
  const steps = random.wholes(given.type, [2, 3, 8], 0, 100);
  const zeros = zero ? valuesOf(given.type, [], [7]) : null;
  const scales = valuesOf(elementType.float32, [], [0.03]);
  return [
    {
      inputs: [like(given, steps), like(scale, scales), ...(zeros ? [like(zero, zeros)] : [])],
      outputs: () => [
        entrywise(elementType.float32, [steps], (step) => (step - (zeros?.data[0] ?? 0)) * scales.data[0]!),
      ],
      tolerance: tolerances.float32,
    },
  ];
};

export const productAnswers: Readonly<Record<string, AnswerMaker>> = {
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  Gemm: gemm,
  MatMul: matMul,
  MatMulInteger: matMulInteger,
  'com.microsoft.FusedMatMul': matMul,
  'com.microsoft.GatherBlockQuantized': gatherBlockQuantized,
  'com.microsoft.MatMulNBits': matMulNBits,
};
