import type { EditableModel } from './editable-model.ts';
import type { OnnxOperation } from './onnx-operation.ts';
import type { OnnxValue } from './onnx-value.ts';
import { elementType } from './onnx-wire.ts';

/** A GroupQueryAttention that can be written out. */
export interface GroupedAttention {
  readonly operation: OnnxOperation;
  /** [texts, tokens, hidden]; query, key and value one behind the other where `key` is null. */
  readonly query: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly pastKey: OnnxValue;
  readonly pastValue: OnnxValue;
  /** Of rows and cache as exported; rotation tables are of the same type. */
  readonly floatType: 'float32' | 'float16';
  /** int32 [texts]: positions before and in this pass, less one. */
  readonly lastPosition: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly scale: number;
  /** null: scores are not capped. */
  readonly softcap: number | null;
  /** How many positions a token sees, its own included; null: all before it. */
  readonly window: number | null;
  /** null: queries and keys come rotated, or are not to be. */
  readonly rotary: RotaryTables | null;
}

export interface RotaryTables {
  readonly cos: string;
  readonly sin: string;
  /** int64 [texts, tokens]; null: they follow the past. */
  readonly positionIds: string | null;
  readonly isInterleaved: boolean;
  /** Leading entries of a head that are rotated. */
  readonly width: number;
}

/** Of GroupQueryAttention, those whose meaning is known here. */
export const knownAttributes: ReadonlySet<string> = new Set([
  'num_heads',
  'kv_num_heads',
  'scale',
  'softcap',
  'local_window_size',
  'do_rotary',
  'rotary_interleaved',
  'smooth_softmax',
  'qk_output',
]);
/** query, key, value, past_key, past_value, seqlens_k, total_sequence_length, cos_cache, sin_cache, position_ids */
const knownInputs = 10;

/** What a GroupQueryAttention computes, or why it cannot be written out. */
export function readAttention(model: EditableModel, operation: OnnxOperation): GroupedAttention | string {
  const { inputs, numbers, attributes } = operation;
  const unknown = [...attributes.keys()].filter((name) => !knownAttributes.has(name));
  if (unknown.length > 0) return `attribute ${unknown.join(', ')} is not understood`;
  if (numbers.get('smooth_softmax') === 1) return 'smooth_softmax is not understood';
  if (numbers.get('qk_output')) return 'qk_output is not understood';
  if (inputs.slice(knownInputs).some((name) => name !== '')) {
    return 'it has more inputs than queries, keys, values, cache and rotation';
  }
  if (Boolean(inputs[1]) !== Boolean(inputs[2])) return 'it has a key without a value';

  const heads = numbers.get('num_heads') ?? 0;
  const kvHeads = numbers.get('kv_num_heads') ?? 0;
  if (!(kvHeads > 0 && heads % kvHeads === 0)) return `${heads} heads do not share ${kvHeads}`;
  const cache = readCache(model, operation);
  if (typeof cache === 'string') return cache;
  const rotary = numbers.get('do_rotary') ? readRotary(model, operation) : null;
  if (typeof rotary === 'string') return rotary;
  const window = numbers.get('local_window_size') ?? -1;
  return {
    operation,
    query: inputs[0]!,
    key: inputs[1] || null,
    value: inputs[2] || null,
    ...cache,
    lastPosition: inputs[5]!,
    heads,
    kvHeads,
    // 0 stands for the usual scale.
    scale: numbers.get('scale') || cache.headSize ** -0.5,
    softcap: numbers.get('softcap') || null,
    window: window > 0 ? window : null,
    rotary,
  };
}

function readCache(
  model: EditableModel,
  { inputs, outputs }: OnnxOperation,
): Pick<GroupedAttention, 'pastKey' | 'pastValue' | 'headSize' | 'floatType'> | string {
  const pastKey = model.inputs.get(inputs[3] ?? '');
  const pastValue = model.inputs.get(inputs[4] ?? '');
  if (
    !pastKey ||
    !pastValue ||
    outputs.length < 3 ||
    !outputs.slice(1, 3).every((name) => model.outputs.has(name))
  ) {
    return 'its cache is not an input and an output of the graph';
  }
  if (outputs.slice(3).some((name) => name !== '')) return 'it has more outputs than its cache';
  if (model.operations.some((other) => other.inputs.some((name) => outputs.slice(1, 3).includes(name)))) {
    return 'its cache is used by another operation';
  }
  const headSize = pastKey.shape[3];
  const floatType = (['float32', 'float16'] as const).find(
    (type) => elementType[type] === pastKey.elementType,
  );
  if (!floatType) return 'its cache is neither float32 nor float16';
  if (pastKey.shape.length !== 4 || typeof headSize !== 'number') return 'its head size is not declared';
  return { pastKey, pastValue, headSize, floatType };
}

function readRotary(model: EditableModel, { inputs, numbers }: OnnxOperation): RotaryTables | string {
  const [cos, sin, positionIds] = inputs.slice(7);
  const halfWidth = model.tensors.get(cos ?? '')?.shape[1];
  if (!cos || !sin || !halfWidth) return 'its rotation tables are not stored in the file';
  return {
    cos,
    sin,
    positionIds: positionIds || null,
    isInterleaved: numbers.get('rotary_interleaved') === 1,
    width: 2 * halfWidth,
  };
}
