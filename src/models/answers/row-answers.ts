import { elementType } from '../onnx/prepare/onnx-wire.ts';
import { entrywise } from './entrywise-answers.ts';
import {
  type AnswerMaker,
  like,
  numberOf,
  type OperationForm,
  storedIntegers,
  toleranceOf,
} from './known-answer.ts';
import { isFloatType, sizeOf, type Values, valuesOf } from './values.ts';

/* Operators that sum along axes: norms, Softmax, means. */

const usualShape = [2, 3, 16];

/** Applies `compute` to each row, which it writes anew in place. */
function rowwise(given: Values, width: number, compute: (row: Float64Array) => void): Values {
  const data = given.data.slice();
  for (let start = 0; start < data.length; start += width) compute(data.subarray(start, start + width));
  return valuesOf(given.type, given.shape, data);
}

const mean = (row: Float64Array) => row.reduce((sum, value) => sum + value, 0) / row.length;

export function softmaxOf(row: Float64Array): void {
  const max = Math.max(...row);
  for (const [index, value] of row.entries()) row[index] = Math.exp(value - max);
  const sum = row.reduce((all, value) => all + value, 0);
  for (const [index, value] of row.entries()) row[index] = value / sum;
}

const softmax: AnswerMaker = (form, random) => {
  const type = form.inputs[0]?.type;
  const axis = numberOf(form, 'axis', -1);
  // Attention's scores: along the last of four axes.
  if (!isFloatType(type) || (axis !== -1 && axis !== 3)) return null;
  const given = random.floats(type, [1, 2, 3, 17], -4, 4);
  return [
    {
      inputs: [like(form.inputs[0], given)],
      outputs: () => [rowwise(given, 17, softmaxOf)],
      tolerance: toleranceOf(type),
    },
  ];
};

/** Rows small enough for epsilon to count; in float16 its square would vanish. */
const rowSize = (type: number, epsilon: number): number =>
  type === elementType.float16 ? 1 : 2 * Math.sqrt(epsilon);

/** (x - mean) / sqrt(variance + epsilon), or without the mean, times the weights, plus the bias. */
function normalised(
  given: Values,
  epsilon: number,
  takesMean: boolean,
  weights: Values,
  bias: Values | null,
): Values {
  const rows = rowwise(given, weights.data.length, (row) => {
    const middle = takesMean ? mean(row) : 0;
    const variance = mean(row.map((value) => (value - middle) ** 2));
    for (const [index, value] of row.entries()) row[index] = (value - middle) / Math.sqrt(variance + epsilon);
  });
  const operands = bias ? [rows, weights, bias] : [rows, weights];
  return entrywise(given.type, operands, (value, weight, added = 0) => value! * weight! + added);
}

const norm =
  (takesMean: boolean): AnswerMaker =>
  (form, random) => {
    const [rows, weights, bias] = form.inputs;
    const type = rows?.type;
    const axis = numberOf(form, 'axis', -1);
    if (!isFloatType(type) || weights?.type !== type || (axis !== -1 && axis !== 2)) return null;
    if (form.operation.outputs.slice(1).some((name) => name !== '') || (bias && !takesMean)) return null;
    const epsilon = numberOf(form, 'epsilon', 1e-5);
    const size = rowSize(type, epsilon);
    const given = random.floats(type, usualShape, -size, size);
    const factors = random.floats(type, [16], 0.5, 2);
    const added = bias ? random.floats(type, [16]) : null;
    return [
      {
        inputs: [like(rows, given), like(weights, factors), ...(added ? [like(bias, added)] : [])],
        outputs: () => [normalised(given, epsilon, takesMean, factors, added)],
        tolerance: toleranceOf(type),
      },
    ];
  };

/** The norm of input + skip (+ bias), and that sum as fourth output. */
const skipNorm =
  (takesMean: boolean): AnswerMaker =>
  (form, random) => {
    const [rows, skip, weights] = form.inputs;
    const type = rows?.type;
    if (!isFloatType(type) || skip?.type !== type || weights?.type !== type) return null;
    const [beta, bias] = takesMean ? form.inputs.slice(3) : [null, form.inputs[3]];
    const [, ...others] = form.operation.outputs;
    if (others.slice(0, 2).some((name) => name !== '')) return null;
    const epsilon = numberOf(form, 'epsilon', 1e-12);
    const size = rowSize(type, epsilon) / 2;
    const given = random.floats(type, usualShape, -size, size);
    const skipped = random.floats(type, usualShape, -size, size);
    const factors = random.floats(type, [16], 0.5, 2);
    const shift = beta ? random.floats(type, [16]) : null;
    const added = bias ? random.floats(type, [16], -size, size) : null;
    return [
      {
        inputs: [
          like(rows, given),
          like(skip, skipped),
          like(weights, factors),
          ...(takesMean ? [shift && like(beta, shift)] : []),
          ...(added ? [like(bias, added)] : []),
        ],
        outputs: () => {
          const summands = added ? [given, skipped, added] : [given, skipped];
          const sum = entrywise(type, summands, (x, y, z = 0) => x! + y! + z);
          return [normalised(sum, epsilon, takesMean, factors, shift), null, null, others[2] ? sum : null];
        },
        tolerance: toleranceOf(type),
      },
    ];
  };

const reduce =
  (finish: (sum: number, count: number) => number): AnswerMaker =>
  (form, random) => {
    const [rows, axesInput] = form.inputs;
    const type = rows?.type;
    if (!isFloatType(type)) return null;
    const axes = form.operation.lists.get('axes') ?? (axesInput ? storedIntegers(axesInput) : null);
    if (!axes || axes.length === 0) return null;
    const rank = usualShape.length;
    if (axes.some((axis) => axis >= rank || axis < -rank)) return null;
    const given = random.floats(type, usualShape);
    return [
      {
        inputs: [like(rows, given), ...axesInputOf(form, axes)],
        outputs: () => [reduced(given, axes, numberOf(form, 'keepdims', 1) === 1, finish)],
        tolerance: toleranceOf(type),
      },
    ];
  };

const axesInputOf = (form: OperationForm, axes: readonly number[]) =>
  form.inputs[1] ? [like(form.inputs[1], valuesOf(elementType.int64, [axes.length], axes))] : [];

function reduced(
  { type, shape, data }: Values,
  axes: readonly number[],
  keepsAxes: boolean,
  finish: (sum: number, count: number) => number,
): Values {
  const isReduced = (axis: number) => axes.some((one) => (one + shape.length) % shape.length === axis);
  const kept = shape.map((size, axis) => (isReduced(axis) ? 1 : size));
  const sums = new Float64Array(sizeOf(kept));
  for (const [index, value] of data.entries()) {
    let rest = index;
    let place = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (!isReduced(axis)) {
        place += (rest % shape[axis]!) * stride;
        stride *= shape[axis]!;
      }
      rest = Math.floor(rest / shape[axis]!);
    }
    sums[place]! += value;
  }
  const count = data.length / sums.length;
  return valuesOf(
    type,
    keepsAxes ? kept : shape.filter((_, axis) => !isReduced(axis)),
    sums.map((sum) => finish(sum, count)),
  );
}

export const rowAnswers: Readonly<Record<string, AnswerMaker>> = {
  LayerNormalization: norm(true),
  ReduceMean: reduce((sum, count) => sum / count),
  ReduceSum: reduce((sum) => sum),
  SimplifiedLayerNormalization: norm(false),
  Softmax: softmax,
  'com.microsoft.SimplifiedLayerNormalization': norm(false),
  'com.microsoft.SkipLayerNormalization': skipNorm(true),
  'com.microsoft.SkipSimplifiedLayerNormalization': skipNorm(false),
};
