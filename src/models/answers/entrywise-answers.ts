import { elementType } from '../onnx/prepare/onnx-wire.ts';
import {
  type AnswerMaker,
  like,
  numberOf,
  type OperationForm,
  toleranceOf,
  tolerances,
} from './known-answer.ts';
import { isFloatType, isKnownType, sizeOf, type Values, valuesOf } from './values.ts';

/* Operators that compute each entry of their output by itself. */

/** Of values that stand for any size: texts, tokens, width. */
const usualShape = [2, 3, 8];

/** The shape of operands stretched along the axes where they have one entry. */
function joinedShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)),
  );
}

/** Applies `compute` to the operands' entries, each stretched to their common shape. */
export function entrywise(
  type: number,
  operands: readonly Values[],
  compute: (...entries: number[]) => number,
): Values {
  const shape = joinedShape(operands.map((operand) => operand.shape));
  const data = new Float64Array(sizeOf(shape));
  const strides = operands.map((operand) => stridesWithin(operand.shape, shape));
  const entries = new Array<number>(operands.length);
  for (let index = 0; index < data.length; index++) {
    for (const [which, operand] of operands.entries()) {
      let rest = index;
      let offset = 0;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        offset += (rest % shape[axis]!) * strides[which]![axis]!;
        rest = Math.floor(rest / shape[axis]!);
      }
      entries[which] = operand.data[offset]!;
    }
    data[index] = compute(...entries);
  }
  return valuesOf(type, shape, data);
}

/** By how many entries of `given` a step along each axis of `shape` moves; 0 where it is stretched. */
function stridesWithin(given: readonly number[], shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  for (let axis = given.length - 1; axis >= 0; axis--) {
    strides[axis + shape.length - given.length] = given[axis] === 1 ? 0 : stride;
    stride *= given[axis]!;
  }
  return strides;
}

/** Of the form's rank: a scalar, a row for all tokens, or the usual shape, with ones before it. */
function shapeOfRank(rank: number): number[] {
  return rank <= 3
    ? usualShape.slice(usualShape.length - rank)
    : [...new Array<number>(rank - 3).fill(1), ...usualShape];
}

/** Shapes that the operands may have: constants have their rank, others are alike, or the last one has a single column. */
function operandShapes(form: OperationForm): (readonly number[])[][] {
  const shapes = form.inputs.map((input) => shapeOfRank(input?.constant?.shape.length ?? 3));
  const computed = form.inputs.filter((input) => !input?.constant).length;
  if (computed < 2 || computed < form.inputs.length) return [shapes];
  return [
    shapes,
    shapes.map((shape, index) => (index === shapes.length - 1 ? [...shape.slice(0, -1), 1] : shape)),
  ];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const around: Range = { from: -3, to: 3 };
const positive: Range = { from: 0.25, to: 4 };

/** Operators of one or two operands: where these lie, and what is computed. Answers in bool where told. */
function numeric(
  ranges: readonly Range[],
  compute: (...entries: number[]) => number,
  answersBool = false,
): AnswerMaker {
  return (form, random) => {
    const type = form.inputs[0]?.type;
    if (form.inputs.length !== ranges.length || !isFloatType(type)) return null;
    if (form.inputs.some((input) => input?.type !== type)) return null;
    return operandShapes(form).map((shapes) => {
      const operands = ranges.map(({ from, to }, index) => random.floats(type, shapes[index]!, from, to));
      return {
        inputs: operands.map((operand, index) => like(form.inputs[index], operand)),
        outputs: () => [entrywise(answersBool ? elementType.bool : type, operands, compute)],
        tolerance: answersBool ? tolerances.exact : toleranceOf(type),
      };
    });
  };
}

const gelu: AnswerMaker = (form, random) => {
  const approximate = form.operation.texts.get('approximate') ?? 'none';
  if (approximate === 'tanh') {
    const inner = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
    return numeric([around], (x) => 0.5 * x * (1 + Math.tanh(inner(x))))(form, random);
  }
  if (approximate !== 'none') return null;
  return numeric([around], (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)))(form, random);
};

/** By its power series, which is exact enough for small arguments. */
export function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const notANumber: AnswerMaker = (form) => {
  const type = form.inputs[0]?.type;
  if (!isFloatType(type)) return null;
  const given = valuesOf(type, [2, 4], [0, 1, Number.NaN, -2, Infinity, -Infinity, Number.NaN, 3]);
  const outputs = () => [entrywise(elementType.bool, [given], (x) => Number(Number.isNaN(x)))];
  return [{ inputs: [like(form.inputs[0], given)], outputs, tolerance: tolerances.exact }];
};

const cast: AnswerMaker = (form, random) => {
  const [input] = form.inputs;
  const to = numberOf(form, 'to', 0);
  if (!input || !isKnownType(to)) return null;
  const isFloat = isFloatType(input.type);
  const given = isFloat
    ? random.floats(input.type, usualShape, -9, 9)
    : random.wholes(input.type, usualShape, 0, input.type === elementType.bool ? 2 : 100);
  const convert = (x: number) => {
    if (to === elementType.bool) return Number(x !== 0);
    // A negative number as an unsigned one is any.
    if (to === elementType.uint8 && x < 0) return Number.NaN;
    return isFloatType(to) ? x : Math.trunc(x);
  };
  return [
    {
      inputs: [like(input, given)],
      outputs: () => [entrywise(to, [given], convert)],
      tolerance: isFloat && isFloatType(to) ? toleranceOf(elementType.float16) / 10 : tolerances.exact,
    },
  ];
};

const where: AnswerMaker = (form, random) => {
  const [condition, chosen, other] = form.inputs;
  if (condition?.type !== elementType.bool || !chosen || !isFloatType(chosen.type)) return null;
  if (other?.type !== chosen.type) return null;
  const [conditionShape, ...shapes] = [condition, chosen, other].map((input) =>
    shapeOfRank(input.constant?.shape.length ?? 3),
  );
  const takes = random.wholes(elementType.bool, conditionShape!, 0, 2);
  const operands = shapes.map((shape) => random.floats(chosen.type, shape));
  return [
    {
      inputs: [like(condition, takes), like(chosen, operands[0]!), like(other, operands[1]!)],
      outputs: () => [entrywise(chosen.type, [takes, ...operands], (take, x, y) => (take ? x! : y!))],
      tolerance: tolerances.exact,
    },
  ];
};

const pow: AnswerMaker = (form, random) => {
  const [base, exponent] = form.inputs;
  if (!base || !exponent || base.type !== exponent.type || !isFloatType(base.type)) return null;
  // A norm squares numbers of either sign; another power than 2 has them positive here.
  const stored = exponent.constant?.shape.length === 0 || exponent.constant?.shape.length === 1;
  const [shape, exponentShape] = [usualShape, shapeOfRank(stored ? exponent.constant!.shape.length : 3)];
  const bases = random.floats(base.type, shape, ...(stored ? ([-3, 3] as const) : ([0.25, 3] as const)));
  const exponents = valuesOf(
    base.type,
    exponentShape,
    stored ? new Array(sizeOf(exponentShape)).fill(2) : random.numbers(sizeOf(exponentShape), 0.5, 3),
  );
  return [
    {
      inputs: [like(base, bases), like(exponent, exponents)],
      outputs: () => [entrywise(base.type, [bases, exponents], (x, y) => x ** y)],
      tolerance: toleranceOf(base.type),
    },
  ];
};

export const entrywiseAnswers: Readonly<Record<string, AnswerMaker>> = {
  Abs: numeric([around], Math.abs),
  Add: numeric([around, around], (x, y) => x + y),
  Cast: cast,
  Ceil: numeric([around], Math.ceil),
  Cos: numeric([around], Math.cos),
  Div: numeric([around, positive], (x, y) => x / y),
  Erf: numeric([around], erf),
  Exp: numeric([around], Math.exp),
  Floor: numeric([around], Math.floor),
  Gelu: gelu,
  Greater: numeric([around, around], (x, y) => Number(x > y), true),
  IsNaN: notANumber,
  Less: numeric([around, around], (x, y) => Number(x < y), true),
  Log: numeric([positive], Math.log),
  Max: numeric([around, around], Math.max),
  Min: numeric([around, around], Math.min),
  Mul: numeric([around, around], (x, y) => x * y),
  Neg: numeric([around], (x) => -x),
  Pow: pow,
  Reciprocal: numeric([positive], (x) => 1 / x),
  Relu: numeric([around], (x) => Math.max(0, x)),
  Sigmoid: numeric([around], (x) => 1 / (1 + Math.exp(-x))),
  Sin: numeric([around], Math.sin),
  Sqrt: numeric([positive], Math.sqrt),
  Sub: numeric([around, around], (x, y) => x - y),
  Tanh: numeric([around], Math.tanh),
  Where: where,
  'com.microsoft.FastGelu': (form, random) =>
    form.inputs.length > 1
      ? null
      : numeric([around], (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))))(
          form,
          random,
        ),
  'com.microsoft.QuickGelu': (form, random) => {
    const alpha = numberOf(form, 'alpha', 1.702);
    return numeric([around], (x) => x / (1 + Math.exp(-alpha * x)))(form, random);
  },
};
