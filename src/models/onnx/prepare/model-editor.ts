import type { EditableModel, ModelEdits } from './editable-model.ts';
import type { OnnxOperation } from './onnx-operation.ts';
import { writeExternalTensor, writeTensor } from './onnx-tensor.ts';
import { type OnnxValue, writeValue } from './onnx-value.ts';
import { elementType, graphField } from './onnx-wire.ts';
import { OperationList } from './operation-list.ts';

/** Collects what is to change in a model, and names what is added. */
export class ModelEditor {
  readonly model: EditableModel;
  readonly #operations = new Map<OnnxOperation, readonly Uint8Array[]>();
  readonly #inputs = new Map<string, Uint8Array>();
  readonly #outputs = new Map<string, Uint8Array>();
  readonly #addedInputs: Uint8Array[] = [];
  readonly #addedTensors: Uint8Array[] = [];
  readonly #addedOperations: Uint8Array[] = [];
  readonly #usedValues = new Set<string>();
  readonly #renamedValues = new Map<string, string>();
  readonly #constants = new Map<string, string>();
  readonly #prefix: string;
  #named = 0;

  constructor(model: EditableModel) {
    this.model = model;
    const taken = [...model.tensors.keys(), ...model.operations.flatMap(({ outputs }) => outputs)];
    let prefix = 'prepared';
    while (taken.some((name) => name.startsWith(`${prefix}.`))) prefix += '+';
    this.#prefix = prefix;
  }

  get edits(): ModelEdits {
    return {
      operations: this.#operations,
      inputs: this.#inputs,
      outputs: this.#outputs,
      addedOperations: this.#addedOperations,
      renamedValues: this.#renamedValues,
      addedInputs: this.#addedInputs,
      addedTensors: this.#addedTensors,
      usedValues: this.#usedValues,
    };
  }

  readonly newName = (): string => {
    this.#named += 1;
    return `${this.#prefix}.${this.#named}`;
  };

  newList(): OperationList {
    return new OperationList(this.newName);
  }

  replace(operation: OnnxOperation, by: OperationList): void {
    this.#operations.set(operation, by.fields);
    for (const input of by.inputs) this.#usedValues.add(input);
  }

  /** Puts operations behind all others. */
  append(list: OperationList): void {
    this.#addedOperations.push(...list.fields);
    for (const input of list.inputs) this.#usedValues.add(input);
  }

  /** Gives a value that no operation takes another name where it is made; answers the name. */
  renameOutput(value: string): string {
    const name = this.newName();
    this.#renamedValues.set(value, name);
    return name;
  }

  replaceOutput(name: string, by: OnnxValue): void {
    this.#outputs.set(name, writeValue(graphField.output, by));
  }

  replaceInput(name: string, by: OnnxValue): void {
    this.#inputs.set(name, writeValue(graphField.input, by));
  }

  addInput(value: OnnxValue): void {
    this.#addedInputs.push(writeValue(graphField.input, value));
  }

  /** Adds a float32 tensor whose values lie in the file `path`; answers its name. */
  externalFloats(shape: readonly number[], path: string, offset: number): string {
    const name = this.newName();
    const length = shape.reduce((product, size) => product * size, Float32Array.BYTES_PER_ELEMENT);
    const tensor = { name, elementType: elementType.float32, shape };
    this.#addedTensors.push(writeExternalTensor(tensor, { path, offset, length }));
    return name;
  }

  /** An int64 constant; equal ones are one tensor. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#constant(elementType.int64, shape, BigInt64Array.from(values, BigInt));
  }

  /** A float32 scalar; equal ones are one tensor. */
  float(value: number): string {
    return this.#constant(elementType.float32, [], Float32Array.of(value));
  }

  #constant(type: number, shape: readonly number[], values: BigInt64Array | Float32Array): string {
    const key = `${type} [${shape}] ${values.join()}`;
    let name = this.#constants.get(key);
    if (name === undefined) {
      name = this.newName();
      this.#addedTensors.push(writeTensor({ name, elementType: type, shape }, new Uint8Array(values.buffer)));
      this.#constants.set(key, name);
    }
    return name;
  }
}
