import { newRowsName } from '../cache-layout.ts';
import type { ModelEditor } from './model-editor.ts';
import { elementType } from './onnx-wire.ts';
import type { OperationList } from './operation-list.ts';
import type { GroupedAttention, RotaryTables } from './read-attention.ts';

/** Values of one pass that all layers share; int64 where not told otherwise. */
interface PassValues {
  /** [texts, tokens] */
  readonly positions: string;
  /** [2]: rows of the past, valid or not, and tokens of this pass. */
  readonly partSizes: string;
  /** float32 [texts, 1, tokens * group, rows + tokens]: 0 where a query sees a key, else a number that hides it. */
  readonly mask: string;
}

/** Behind every position of a text, so that no query sees the key. */
const hiddenPosition = 2 ** 40;
/** Added to a score it leaves nothing of it after Softmax; below it lies -Infinity, which would make rows NaN. */
const hidingScore = -3e38;

/**
 * Writes GroupQueryAttention out in plain operations, the heads of a group as rows of one product (group: heads that
 * share a key). The past is never moved: its part and the new part are scored apart, brought together for the Softmax,
 * and weighted apart,
 *
 *   P = Softmax([Q · Kpastᵀ | Q · Knewᵀ] · scale + mask),   out = Ppast · Vpast + Pnew · Vnew,
 *
 * and only the new rows are put out, [texts, kvHeads, tokens, headSize], under other names than the outputs that also held
 * the past. Rows of the past beyond the valid ones weigh exactly 0, but must be finite. How many are valid is each text's
 * own, so texts of different lengths can be fed in one pass. All of it is float32, the cache
 * too, where the export has float16: WASM has no products of float16, and would widen the whole past in every pass.
 *
 * Other forms were measured and are slower: bench/results/experiments.md.
 */
export class AttentionWriter {
  readonly #editor: ModelEditor;
  readonly #shared = new Map<string, PassValues>();

  constructor(editor: ModelEditor) {
    this.#editor = editor;
  }

  replace(attention: GroupedAttention): void {
    const { operation, pastKey, pastValue, heads, kvHeads, headSize } = attention;
    const group = heads / kvHeads;
    const editor = this.#editor;
    const list = editor.newList();
    const pass = this.#passValues(list, attention, group);
    const { query, key, value } = this.#rotated(list, attention, pass);
    const [, presentKey, presentValue] = operation.outputs;
    const newKey = newRowsName(pastKey.name);
    const newValue = newRowsName(pastValue.name);
    const isHalf = attention.floatType === 'float16';

    // [texts, tokens, heads * headSize] -> [texts, kvHeads, tokens * group, headSize]
    const queries = list.add('Reshape', [
      this.#kvHeadsFirst(list, query, kvHeads, group * headSize),
      editor.integers([0, kvHeads, -1, headSize]),
    ]);
    this.#kvHeadsFirst(list, key, kvHeads, headSize, newKey);
    this.#kvHeadsFirst(list, value, kvHeads, headSize, newValue);
    const scores = [pastKey.name, newKey].map((keys) =>
      list.add('FusedMatMul', [queries, keys], { transB: 1, alpha: { float: attention.scale } }),
    );
    let score = list.add('Concat', scores, { axis: 3 });
    if (attention.softcap !== null) {
      const cap = editor.float(attention.softcap);
      score = list.add('Mul', [list.add('Tanh', [list.add('Div', [score, cap])]), cap]);
    }
    const shares = list.add('Softmax', [list.add('Add', [score, pass.mask])], { axis: -1 });
    const [pastShares, newShares] = list.splitInTwo(shares, pass.partSizes, 3);
    const mixed = list.add('Add', [
      list.add('MatMul', [pastShares, pastValue.name]),
      list.add('MatMul', [newShares, newValue]),
    ]);
    // [texts, kvHeads, tokens * group, headSize] -> [texts, tokens, heads * headSize]
    const grouped = list.add('Reshape', [mixed, editor.integers([0, kvHeads, -1, group * headSize])]);
    const tokensFirst = list.add('Transpose', [grouped], { perm: [0, 2, 1, 3] });
    const rowShape = editor.integers([0, 0, heads * headSize]);
    const [output] = operation.outputs;
    const rows = list.add('Reshape', [tokensFirst, rowShape], {}, isHalf ? undefined : output);
    if (isHalf) {
      list.add('Cast', [rows], { to: elementType.float16 }, output);
      for (const past of [pastKey, pastValue]) {
        editor.replaceInput(past.name, { ...past, elementType: elementType.float32 });
      }
    }

    editor.replace(operation, list);
    const shape = [pastKey.shape[0]!, kvHeads, 'sequence_length', headSize];
    editor.replaceOutput(presentKey!, { name: newKey, elementType: elementType.float32, shape });
    editor.replaceOutput(presentValue!, { name: newValue, elementType: elementType.float32, shape });
  }

  /** [texts, tokens, kvHeads * width] -> [texts, kvHeads, tokens, width] */
  #kvHeadsFirst(list: OperationList, rows: string, kvHeads: number, width: number, output?: string): string {
    const split = list.add('Reshape', [rows, this.#editor.integers([0, 0, kvHeads, width])]);
    return list.add('Transpose', [split], { perm: [0, 2, 1, 3] }, output);
  }

  /** Query, key and value apart, queries and keys rotated to their positions. */
  #rotated(
    list: OperationList,
    attention: GroupedAttention,
    { positions }: PassValues,
  ): { query: string; key: string; value: string } {
    const { heads, kvHeads, headSize, rotary } = attention;
    const wide = (value: string) => this.#wide(list, attention, value);
    const given = wide(attention.query);
    const cut = (rows: string, headsOfParts: readonly [number, number]) =>
      list.splitInTwo(rows, this.#editor.integers(headsOfParts.map((count) => count * headSize)), 2);
    // Tables are constants, which the runtime widens once, at load.
    const tables = rotary && { ...rotary, cos: wide(rotary.cos), sin: wide(rotary.sin) };
    const rotate = (rows: string, rowHeads: number) =>
      tables ? this.#rotate(list, rows, rowHeads, headSize, tables, positions) : rows;
    if (attention.key !== null && attention.value !== null) {
      return {
        query: rotate(given, heads),
        key: rotate(wide(attention.key), kvHeads),
        value: wide(attention.value),
      };
    }
    // Packed, queries and keys are rotated in one go.
    const [queryAndKey, value] = cut(given, [heads + kvHeads, kvHeads]);
    const [query, key] = cut(rotate(queryAndKey, heads + kvHeads), [heads, kvHeads]);
    return { query, key, value };
  }

  #wide(list: OperationList, { floatType }: GroupedAttention, value: string): string {
    return floatType === 'float32' ? value : list.add('Cast', [value], { to: elementType.float32 });
  }

  #rotate(
    list: OperationList,
    rows: string,
    heads: number,
    headSize: number,
    { cos, sin, positionIds, isInterleaved, width }: RotaryTables,
    positions: string,
  ): string {
    const attributes = {
      interleaved: isInterleaved ? 1 : 0,
      ...(width < headSize ? { rotary_embedding_dim: width, num_heads: heads } : {}),
    };
    return list.add('RotaryEmbedding', [rows, positionIds ?? positions, cos, sin], attributes);
  }

  /** Computed by the first layer that needs them. */
  #passValues(list: OperationList, attention: GroupedAttention, group: number): PassValues {
    const { query, pastKey, lastPosition, window } = attention;
    const key = [lastPosition, group, window].join('\n');
    const known = this.#shared.get(key);
    if (known) return known;
    const editor = this.#editor;
    const one = editor.integers([1]);
    const zero = editor.integers([0]);
    const range = (from: string, to: string) =>
      list.add('Range', [asScalar(from), asScalar(to), editor.integers([1], [])]);
    const asScalar = (value: string) => list.add('Reshape', [value, editor.integers([], [0])]);
    const size = (value: string, axis: number) => list.add('Shape', [value], { start: axis, end: axis + 1 });

    const tokens = size(query, 1);
    const rows = size(pastKey.name, 2);
    // [texts, 1]
    const column = editor.integers([-1, 1]);
    const last = list.add('Cast', [list.add('Reshape', [lastPosition, column])], { to: elementType.int64 });
    const validRows = list.add('Sub', [list.add('Add', [last, one]), tokens]);

    const pastIndices = range(zero, rows);
    const pastPositions = list.add('Where', [
      list.add('Less', [pastIndices, validRows]),
      pastIndices,
      editor.integers([hiddenPosition]),
    ]);
    const positions = list.add('Add', [range(zero, tokens), validRows]);
    const keyPositions = list.add('Concat', [pastPositions, positions], { axis: 1 });
    let queryPositions = positions;
    if (group > 1) {
      // Each token's position once for every head of a group: 5 5 6 6 7 7.
      const heads = editor.integers([group]);
      const rowIndices = range(zero, list.add('Mul', [tokens, heads]));
      queryPositions = list.add('Add', [list.add('Div', [rowIndices, heads]), validRows]);
    }
    const keyRow = list.add('Reshape', [keyPositions, editor.integers([0, 1, 1, -1])]);
    const queryColumn = list.add('Reshape', [queryPositions, editor.integers([0, 1, -1, 1])]);
    let isHidden = list.add('Greater', [keyRow, queryColumn]);
    if (window !== null) {
      const distance = list.add('Sub', [queryColumn, keyRow]);
      isHidden = list.add('Or', [isHidden, list.add('Greater', [distance, editor.integers([window - 1])])]);
    }
    const values = {
      positions,
      partSizes: list.add('Concat', [rows, tokens], { axis: 0 }),
      mask: list.add('Where', [isHidden, editor.float(hidingScore), editor.float(0)]),
    };
    this.#shared.set(key, values);
    return values;
  }
}
