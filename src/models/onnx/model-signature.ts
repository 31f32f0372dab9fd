import { EngineError } from '../../errors/engine-error.ts';
import { type CacheLayout, type CacheTensorLayout, newRowsName } from './cache-layout.ts';
import type { OnnxGraph, OnnxNode } from './onnx-graph.ts';

/** Name, type and shape of one input or output, as the session reports it; symbolic sizes are strings. */
export interface ValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

export type LogitsType = 'float32' | 'float16';

/** What every pass has to feed, and what comes out; read once at load. */
export interface ModelSignature {
  /** int64 [1, tokens] */
  readonly inputIds: string;
  /** int64 [1, past + tokens], all ones; null if the export derives the length from the cache. */
  readonly attentionMask: string | null;
  /** int64 [1, tokens]; null if the export derives positions itself. */
  readonly positionIds: string | null;
  /** int64 scalar or [1]: how many last rows of logits to compute, 0 for all. */
  readonly logitsToKeep: { readonly name: string; readonly shape: readonly number[] } | null;
  readonly logits: { readonly name: string; readonly type: LogitsType; readonly width: number };
  readonly cache: CacheLayout;
  /** True if sizes of the batch are left open. */
  readonly supportsBatching: boolean;
}

interface TensorMetadata extends ValueMetadata {
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** Operators that hand on a cache as past rows followed by new ones, in a tensor of exactly that length. */
const concatenatingOperators: ReadonlySet<string> = new Set(['Concat', 'MultiHeadAttention', 'Attention']);

/** Operators that take a part of the joined rows. */
const cuttingOperators: ReadonlySet<string> = new Set(['Slice', 'Gather', 'Split']);

/** Operators a cache may pass through on its way out without changing its rows. */
const passingOperators: ReadonlySet<string> = new Set(['Cast', 'Identity']);

/** Operators that change the order or the shape of a past, but neither its rows nor their number. */
const reshapingOperators: ReadonlySet<string> = new Set(['Reshape', 'Transpose', 'Squeeze', 'Unsqueeze']);

const rollbackMissesRows = 'rows that a sliding window drops are missing when the text is rolled back';

/**
 * Understands an export from its inputs, outputs and graph. Throws `model-unsupported` naming everything that
 * is not understood, rather than feeding it a guess.
 */
export function readSignature(
  modelId: string,
  graph: OnnxGraph,
  inputs: readonly ValueMetadata[],
  outputs: readonly ValueMetadata[],
): ModelSignature {
  const problems: string[] = [];
  const outputByName = new Map(outputs.map((output) => [output.name, output]));
  let inputIds: string | null = null;
  let attentionMask: string | null = null;
  let positionIds: string | null = null;
  let logitsToKeep: ModelSignature['logitsToKeep'] = null;
  const pasts: TensorMetadata[] = [];

  for (const input of inputs) {
    if (!isTensor(input)) problems.push(`input ${input.name} is no tensor`);
    else if (input.name === 'input_ids' && isIntegerMatrix(input)) inputIds = input.name;
    else if (input.name === 'attention_mask' && isIntegerMatrix(input)) attentionMask = input.name;
    else if (input.name === 'position_ids' && isIntegerMatrix(input)) positionIds = input.name;
    else if (
      /^(num_)?logits_to_keep$/.test(input.name) &&
      input.type === 'int64' &&
      input.shape.length <= 1
    ) {
      logitsToKeep = { name: input.name, shape: input.shape.map(() => 1) };
    } else if (/^past_key_values\.\d+\.(key|value)$/.test(input.name)) pasts.push(input);
    else problems.push(`input ${inWords(input)}`);
  }
  if (inputIds === null && problems.length === 0) problems.push('no input input_ids');

  const tensors: CacheTensorLayout[] = [];
  for (const past of pasts) {
    const newRows = newRowsName(past.name);
    const presentName = outputByName.has(newRows) ? newRows : past.name.replace('past_key_values', 'present');
    const [, heads, , headSize] = past.shape;
    if (!outputByName.has(presentName)) problems.push(`no output ${presentName} for input ${past.name}`);
    else if (past.shape.length !== 4 || typeof heads !== 'number' || typeof headSize !== 'number') {
      problems.push(`input ${inWords(past)}, expected [batch, heads, past, head size]`);
    } else tensors.push({ pastName: past.name, presentName, heads, headSize });
  }
  if (pasts.length === 0) problems.push('no past_key_values: it was exported without a cache');
  const cacheTypes = new Set(pasts.map((past) => past.type));
  const [cacheType] = cacheTypes;
  if (cacheTypes.size > 1 || (cacheType !== undefined && !isFloat(cacheType))) {
    problems.push(`a cache of type ${[...cacheTypes].join(', ')}`);
  }

  const kinds = new Set<CacheLayout['kind']>();
  for (const { pastName, presentName } of tensors) {
    if (presentName === newRowsName(pastName)) {
      kinds.add('append');
      continue;
    }
    const joining = joiningNode(graph, presentName);
    const operator = joining?.opType ?? null;
    const cut = joining && cuttingOperator(graph, joining, pastName);
    // Its past and present may share one buffer with more rows than are valid; the mask tells how many are.
    if (cut) problems.push(`input ${pastName} cut by ${cut}: ${rollbackMissesRows}`);
    else if (operator === 'GroupQueryAttention') kinds.add('in-place');
    else if (operator !== null && concatenatingOperators.has(operator)) kinds.add('concat');
    else if (operator !== null && cuttingOperators.has(operator)) {
      problems.push(`output ${presentName} cut by ${operator}: ${rollbackMissesRows}`);
    } else problems.push(`output ${presentName} made by ${operator ?? 'nothing in the graph'}`);
  }
  const sharing = graph.nodes.filter((node) => sharesCache(graph, node)).length;
  if (sharing > 0) {
    problems.push(
      `GroupQueryAttention without keys and values of its own in ${sharing} of its layers, which share the cache of another one: ONNX Runtime computes something else`,
    );
  }
  if (kinds.has('append') && kinds.size > 1) problems.push('a cache that is appended to in some layers only');
  if ((kinds.has('in-place') || kinds.has('append')) && attentionMask === null)
    problems.push('no attention_mask beside its cache');

  const logits = outputByName.get('logits');
  const width = logits && isTensor(logits) ? logits.shape.at(-1) : undefined;
  if (!logits || !isTensor(logits) || !isFloat(logits.type) || typeof width !== 'number') {
    problems.push(logits ? `output ${inWords(logits)}` : 'no output logits');
  } else if (logits.shape.length !== 3 || logits.shape[1] === 1) {
    problems.push(`output ${inWords(logits)}, which are of the last token alone: every position is needed`);
  }

  if (problems.length > 0 || !logits || inputIds === null || typeof width !== 'number') {
    throw new EngineError(
      'model-unsupported',
      `Model ${modelId} is an unsupported export: ${problems.join('; ')}. Choose a decoder exported with past_key_values.N.key and .value, as in the Hugging Face ONNX layout.`,
      { details: { modelId, problems } },
    );
  }
  return {
    inputIds,
    attentionMask,
    positionIds,
    logitsToKeep,
    logits: { name: logits.name, type: logits.type as LogitsType, width },
    cache: {
      // GroupQueryAttention also takes a past of exactly the valid rows, so a mixed export runs as concat.
      kind: kinds.has('append') ? 'append' : kinds.has('concat') ? 'concat' : 'in-place',
      type: cacheType as LogitsType,
      tensors,
    },
    supportsBatching: inputs
      .filter(({ name }) => name !== logitsToKeep?.name)
      .every(({ shape }) => typeof shape?.[0] === 'string'),
  };
}

/** The node that joins past and new rows of `presentName`; null where none makes it. */
function joiningNode(graph: OnnxGraph, presentName: string): OnnxNode | null {
  let node = graph.producerOf(presentName);
  while (node && passingOperators.has(node.opType)) node = graph.producerOf(node.inputs[0]!);
  return node;
}

/** The operator that takes a part of the past before `joining` adds the new rows; null where it gets all. */
function cuttingOperator(graph: OnnxGraph, joining: OnnxNode, pastName: string): string | null {
  for (const input of joining.inputs) {
    let name = input;
    let cut: string | null = null;
    for (let node = graph.producerOf(name); node; node = graph.producerOf(name)) {
      const { opType } = node;
      if (cuttingOperators.has(opType)) cut = opType;
      else if (!passingOperators.has(opType) && !reshapingOperators.has(opType)) break;
      name = node.inputs[0]!;
    }
    if (cut && name === pastName) return cut;
  }
  return null;
}

/**
 * True for attention over the cache of another layer (Gemma 3n and 4): its keys are left out although its query holds none.
 * WASM kernels of ONNX Runtime 1.30 then answer with logits off by 2, in every pass alike. Where query, key and value
 * come in one, they are left out too, but the cache is the layer's own.
 */
export function sharesCache(
  graph: {
    readonly nodes: readonly Pick<OnnxNode, 'opType' | 'inputs'>[];
    producerOf(valueName: string): unknown;
  },
  { opType, inputs }: Pick<OnnxNode, 'opType' | 'inputs'>,
): boolean {
  if (opType !== 'GroupQueryAttention' || inputs[1]) return false;
  const past = inputs[3] ?? '';
  const users = graph.nodes.filter((node) => node.opType === opType && node.inputs[3] === past);
  return graph.producerOf(past) !== null || users.length > 1;
}

function isTensor(value: ValueMetadata): value is TensorMetadata {
  return value.isTensor && value.type !== undefined && value.shape !== undefined;
}

function isIntegerMatrix(value: TensorMetadata): boolean {
  return value.type === 'int64' && value.shape.length === 2;
}

function isFloat(type: string): type is LogitsType {
  return type === 'float32' || type === 'float16';
}

function inWords(value: ValueMetadata): string {
  return `${value.name} (${value.type ?? 'no tensor'} [${value.shape?.join(', ') ?? ''}])`;
}
