import { type AttributeValue, writeOperation } from './onnx-operation.ts';

type Attributes = Readonly<Record<string, AttributeValue>>;

/** Operators of ONNX Runtime's own set used here; all others are standard ones. */
const microsoftOperators: ReadonlySet<string> = new Set(['FusedMatMul', 'MatMulNBits', 'RotaryEmbedding']);

/** The operations that take the place of one, each after those whose outputs it takes. */
export class OperationList {
  /** Each as a field of the graph. */
  readonly fields: Uint8Array[] = [];
  /** Every value that is taken. */
  readonly inputs: string[] = [];
  readonly #newName: () => string;

  constructor(newName: () => string) {
    this.#newName = newName;
  }

  /** Appends an operation with one output and answers the output's name. */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    output = this.#newName(),
  ): string {
    this.#append(opType, inputs, [output], attributes);
    return output;
  }

  /** Cuts `input` along `axis` into two parts, whose sizes the int64 value `sizes` [2] tells. */
  splitInTwo(input: string, sizes: string, axis: number): [string, string] {
    const outputs: [string, string] = [this.#newName(), this.#newName()];
    this.#append('Split', [input, sizes], outputs, { axis });
    return outputs;
  }

  #append(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes,
  ): void {
    const domain = microsoftOperators.has(opType) ? 'com.microsoft' : '';
    this.inputs.push(...inputs);
    // Its output tells where it stands; alone it could be the name of another node, as exporters like it.
    const name = `${this.#newName()}/${outputs[0]}`;
    this.fields.push(writeOperation({ name, opType, domain, inputs, outputs, attributes }));
  }
}
