import type { AttributeValue, OnnxOperation } from '../onnx/prepare/onnx-operation.ts';
import type { OnnxTensor } from '../onnx/prepare/onnx-tensor.ts';
import type { SmallRandom, Values } from './values.ts';

/** What is known of a value that an operation takes. */
export interface InputForm {
  /** TensorProto.DataType */
  readonly type: number;
  /** Stored in the file; its values may lie elsewhere. */
  readonly constant: OnnxTensor | null;
  /** As the graph declares its own inputs; null for values computed. */
  readonly declaredShape: readonly (number | string)[] | null;
}

/** An operation of a graph with what the graph says of its inputs. */
export interface OperationForm {
  readonly operation: OnnxOperation;
  /** Version of the operator's set. */
  readonly opset: number;
  /** null where it is left out. */
  readonly inputs: readonly (InputForm | null)[];
  /** Keys and values of another layer serve as its past, and it has none of its own. */
  readonly sharesCache: boolean;
}

/** A one-node graph on small inputs, and what it must answer. */
export interface KnownAnswer {
  readonly inputs: readonly (AnswerInput | null)[];
  /** In place of the operation's own attributes: sizes and limits made small. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** null: not asked for. NaN: any value will do. */
  readonly outputs: () => readonly (Values | null)[];
  /** Largest error, relative to the largest value of the output. */
  readonly tolerance: number;
}

export interface AnswerInput {
  readonly values: Values;
  /** Stored in the graph, as it is in the model's. */
  readonly isConstant: boolean;
}

/**
 * Makes the known answers of an operation, those of the forms it may have; null where it has a form that is not
 * understood.
 */
export type AnswerMaker = (form: OperationForm, random: SmallRandom) => readonly KnownAnswer[] | null;

/**
 * Kernels take sums in other orders and with approximate functions: working ones err by less than a tenth of this, and
 * what is left out or read from the wrong place is off by the size of the values.
 */
export const tolerances = {
  exact: 0,
  float32: 2e-3,
  /** 11 bits, and sums of such numbers. */
  float16: 3e-2,
  /** Activations rounded to 8 bits. */
  int8: 5e-2,
} as const;

/** For results computed in this type. */
export const toleranceOf = (type: number): number => (type === 10 ? tolerances.float16 : tolerances.float32);

/** The attribute's number, or what it is where it is left out. */
export const numberOf = ({ operation }: OperationForm, name: string, absent: number): number =>
  operation.numbers.get(name) ?? absent;

/** Whole numbers stored in the file, as axes are; null where they are computed or too many. */
export function storedIntegers(input: InputForm | null | undefined): readonly number[] | null {
  const { rawData, elementType } = input?.constant ?? {};
  if (!rawData || rawData.byteLength > 64 || elementType !== 7) return null;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: rawData.byteLength / 8 }, (_, index) =>
    Number(view.getBigInt64(index * 8, true)),
  );
}

/** `values` in place of `input`, stored if that is. */
export const like = (input: InputForm | null | undefined, values: Values): AnswerInput => ({
  values,
  isConstant: input?.constant !== null && input?.constant !== undefined,
});
