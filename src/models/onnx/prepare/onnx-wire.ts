/*
 * Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), as far as they are read or
 * written here.
 */
export const modelField = { irVersion: 1, graph: 7, opsetImport: 8 } as const;
export const graphField = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
export const nodeField = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;
export const attributeField = {
  name: 1,
  float: 2,
  int: 3,
  text: 4,
  tensor: 5,
  graph: 6,
  ints: 8,
  graphs: 11,
  type: 20,
} as const;
export const tensorField = {
  dims: 1,
  dataType: 2,
  name: 8,
  rawData: 9,
  externalData: 13,
  dataLocation: 14,
} as const;
export const valueInfoField = { name: 1, type: 2 } as const;
export const typeField = { tensor: 1 } as const;
export const tensorTypeField = { elementType: 1, shape: 2 } as const;
export const shapeField = { dimension: 1 } as const;
export const dimensionField = { size: 1, symbol: 2 } as const;
export const opsetField = { domain: 1, version: 2 } as const;

export const entryField = { key: 1, value: 2 } as const;

/** AttributeProto.AttributeType */
export const attributeType = { float: 1, int: 2, tensor: 4, ints: 7 } as const;

/** TensorProto.DataType */
export const elementType = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;

/** TensorProto.DataLocation */
export const dataLocation = { inThisFile: 0, external: 1 } as const;

export const wireType = { varint: 0, bytes: 2, fixed32: 5 } as const;
