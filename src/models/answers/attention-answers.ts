import { elementType } from '../onnx/prepare/onnx-wire.ts';
import { knownAttributes } from '../onnx/prepare/read-attention.ts';
import {
  type AnswerInput,
  type AnswerMaker,
  like,
  numberOf,
  type OperationForm,
  toleranceOf,
} from './known-answer.ts';
import { softmaxOf } from './row-answers.ts';
import { integers, isFloatType, type SmallRandom, type Values, valuesOf } from './values.ts';

/* Rotation by positions, and attention over a cache. */

/**
 * The state of a sequence in mid-decode: cached rows, tokens fed, and rows that the cache has room for. One state is
 * enough, as the self-check compares passes at the beginning, and of other lengths, with such passes.
 */
const cached = 6;
const fed = 3;
const room = 16;

interface Rotation {
  /** [positions, width / 2] */
  readonly cos: Values;
  readonly sin: Values;
  readonly isInterleaved: boolean;
}

/** Rotates the leading entries of a head, in pairs: (x, y) -> (x cos - y sin, y cos + x sin). */
function rotate(head: Float64Array, position: number, { cos, sin, isInterleaved }: Rotation): void {
  const pairs = cos.shape[1]!;
  for (let pair = 0; pair < pairs; pair++) {
    const [one, other] = isInterleaved ? [2 * pair, 2 * pair + 1] : [pair, pairs + pair];
    const [x, y] = [head[one]!, head[other]!];
    const [c, s] = [cos.data[position * pairs + pair]!, sin.data[position * pairs + pair]!];
    head[one] = x * c - y * s;
    head[other] = y * c + x * s;
  }
}

function rotationTables(type: number, pairs: number, isInterleaved: boolean): Rotation {
  // As models have them, with angles that no two positions share.
  const angles = Float64Array.from(
    { length: room * pairs },
    (_, index) => Math.floor(index / pairs) * 100 ** (-(index % pairs) / pairs),
  );
  return {
    cos: valuesOf(type, [room, pairs], angles.map(Math.cos)),
    sin: valuesOf(type, [room, pairs], angles.map(Math.sin)),
    isInterleaved,
  };
}

const rotaryEmbedding: AnswerMaker = (form, random) => {
  const [rows, positions, cos, sin] = form.inputs;
  const type = rows?.type;
  if (!isFloatType(type) || cos?.type !== type || sin?.type !== type || positions?.type !== elementType.int64)
    return null;
  const known = new Set(['interleaved', 'num_heads', 'rotary_embedding_dim', 'scale', 'is_packed_batching']);
  const { attributes, numbers } = form.operation;
  if ([...attributes.keys()].some((name) => !known.has(name)) || numbers.get('is_packed_batching'))
    return null;
  if (!cos || !sin || numberOf(form, 'scale', 1) !== 1) return null;
  const heads = numbers.get('num_heads') || 2;
  const partWidth = numberOf(form, 'rotary_embedding_dim', 0);
  const tableWidth = cos.constant?.shape[1] ? 2 * cos.constant.shape[1] : 16;
  const width = partWidth || tableWidth;
  const headSize = partWidth ? partWidth + 8 : width;
  const rotation = rotationTables(type, width / 2, numberOf(form, 'interleaved', 0) === 1);
  const given = random.floats(type, [1, fed, heads * headSize]);
  const places = [cached, cached + 1, cached + 4];
  return [
    {
      inputs: [
        like(rows, given),
        like(positions, integers(places, [1, fed])),
        like(cos, rotation.cos),
        like(sin, rotation.sin),
      ],
      outputs: () => {
        const data = given.data.slice();
        for (let index = 0; index < fed * heads; index++) {
          const head = data.subarray(index * headSize, (index + 1) * headSize);
          rotate(head, places[Math.floor(index / heads)]!, rotation);
        }
        return [valuesOf(type, given.shape, data)];
      },
      tolerance: toleranceOf(type),
    },
  ];
};

/** Small enough for the scores to reach it, and for the cached rows to reach beyond it. */
const smallCap = 1.5;
const smallWindow = 4;

const groupQueryAttention: AnswerMaker = (form, random) => {
  const { attributes, numbers, inputs: names } = form.operation;
  const [query, key, value, pastKey, pastValue, lasts, total, cos, sin, positionIds] = form.inputs;
  const type = query?.type;
  const heads = numberOf(form, 'num_heads', 0);
  const kvHeads = numberOf(form, 'kv_num_heads', 0);
  if ([...attributes.keys()].some((name) => !knownAttributes.has(name)) || numbers.get('qk_output'))
    return null;
  if ((numbers.get('smooth_softmax') ?? 0) > 0 || names.slice(10).some((name) => name !== '')) return null;
  if (!isFloatType(type) || pastKey?.type !== type || pastValue?.type !== type || !lasts || !total)
    return null;
  if (!(heads > 0 && kvHeads > 0 && heads % kvHeads === 0) || Boolean(key) !== Boolean(value)) return null;
  if (form.operation.outputs.slice(3).some((name) => name !== '')) return null;

  // Keys and values of no token at all are another way to say so.
  const isEmpty = key?.constant?.shape[1] === 0;
  const isShared = form.sharesCache || isEmpty;
  const headSize = headSizeOf(form);
  const window = numberOf(form, 'local_window_size', -1) > 0 ? smallWindow : null;
  const softcap = numberOf(form, 'softcap', 0) > 0 ? smallCap : null;
  const scale = numberOf(form, 'scale', 0) || headSize ** -0.5;
  const pairs = cos?.constant?.shape[1] ?? headSize / 2;
  const rotation = numberOf(form, 'do_rotary', 0)
    ? rotationTables(type, pairs, numberOf(form, 'rotary_interleaved', 0) === 1)
    : null;
  // What reaches the cap and leaves no one key with all the weight: scores up to 4 or so.
  const size = Math.sqrt(6 / (scale * Math.sqrt(headSize)));
  const parts = attentionParts(form, { heads, kvHeads, headSize, size, isShared }, random);
  const all = cached + fed;
  const positions = Array.from({ length: fed }, (_, index) => cached + index);
  const rows = room;
  const past = [0, 1].map(() => random.floats(type, [1, kvHeads, rows, headSize], -size, size));
  const int32 = (numbersOf: readonly number[]) => valuesOf(elementType.int32, [numbersOf.length], numbersOf);
  const given: (AnswerInput | null)[] = [
    ...parts.inputs,
    like(pastKey, past[0]!),
    like(pastValue, past[1]!),
    like(lasts, int32([all - 1])),
    like(total, int32([all])),
    rotation && like(cos, rotation.cos),
    rotation && like(sin, rotation.sin),
    positionIds ? like(positionIds, integers(positions, [1, fed])) : null,
  ];
  while (given.at(-1) === null) given.pop();
  return [
    {
      inputs: given,
      attributes: {
        ...(window !== null && { local_window_size: window }),
        ...(softcap !== null && { softcap: { float: softcap } }),
      },
      outputs: () => {
        const [queries, keys] = [parts.query.slice(), parts.key?.slice() ?? null];
        if (rotation) {
          for (const [row, position] of positions.entries()) {
            for (const part of [queries, keys]) {
              const partHeads = part ? part.length / fed / headSize : 0;
              for (let head = 0; head < partHeads; head++) {
                const start = (row * partHeads + head) * headSize;
                rotate(part!.subarray(start, start + headSize), position, rotation);
              }
            }
          }
        }
        const present = past.map(({ shape, data, type: cacheType }, which) => {
          const numbersOf = data.slice();
          const fresh = which === 0 ? keys : parts.value;
          for (let head = 0; head < kvHeads; head++) {
            const start = head * rows * headSize;
            for (let row = 0; fresh && row < fed; row++) {
              const from = (row * kvHeads + head) * headSize;
              numbersOf.set(fresh.subarray(from, from + headSize), start + (cached + row) * headSize);
            }
            // What lies behind the valid rows is not asked for.
            numbersOf.fill(Number.NaN, start + all * headSize, start + rows * headSize);
          }
          return valuesOf(cacheType, shape, numbersOf);
        });
        const mixed = new Float64Array(fed * heads * headSize);
        for (let row = 0; row < fed; row++) {
          for (let head = 0; head < heads; head++) {
            const cacheStart = Math.floor((head * kvHeads) / heads) * rows * headSize;
            const start = (row * heads + head) * headSize;
            const first = window === null ? 0 : Math.max(0, positions[row]! - window + 1);
            const shares = new Float64Array(positions[row]! + 1 - first);
            for (let index = 0; index < shares.length; index++) {
              let score = 0;
              for (let entry = 0; entry < headSize; entry++) {
                const keyEntry = present[0]!.data[cacheStart + (first + index) * headSize + entry]!;
                score += queries[start + entry]! * keyEntry;
              }
              score *= scale;
              shares[index] = softcap === null ? score : softcap * Math.tanh(score / softcap);
            }
            softmaxOf(shares);
            for (const [index, share] of shares.entries()) {
              for (let entry = 0; entry < headSize; entry++) {
                const valueEntry = present[1]!.data[cacheStart + (first + index) * headSize + entry]!;
                mixed[start + entry]! += share * valueEntry;
              }
            }
          }
        }
        const answer = valuesOf(type, [1, fed, heads * headSize], mixed);
        return [
          answer,
          ...[1, 2].map((output) => (form.operation.outputs[output] ? present[output - 1]! : null)),
        ];
      },
      tolerance: toleranceOf(type),
    },
  ];
};

/** As the cache declares it; a usual one where it does not. */
function headSizeOf({ inputs }: OperationForm): number {
  const declared = inputs[3]?.declaredShape?.[3];
  if (typeof declared === 'number') return declared;
  const pairs = inputs[7]?.constant?.shape[1];
  return pairs ? 2 * pairs : 16;
}

/** Query, key and value as the operation takes them, and each by itself, [tokens, heads, headSize]. */
function attentionParts(
  form: OperationForm,
  {
    heads,
    kvHeads,
    headSize,
    size,
    isShared,
  }: { heads: number; kvHeads: number; headSize: number; size: number; isShared: boolean },
  random: SmallRandom,
): {
  inputs: (AnswerInput | null)[];
  query: Float64Array;
  key: Float64Array | null;
  value: Float64Array | null;
} {
  const [query, key, value] = form.inputs;
  const type = query!.type;
  const rowsOf = (width: number) => random.floats(type, [1, fed, width * headSize], -size, size);
  if (key || isShared) {
    const q = rowsOf(heads);
    const none = () => valuesOf(type, [1, 0, kvHeads * headSize], []);
    const some = () => (isShared ? none() : rowsOf(kvHeads));
    const [k, v] = key ? [some(), some()] : [null, null];
    return {
      inputs: [like(query, q), k && like(key, k), v && like(value, v)],
      query: q.data,
      key: isShared ? null : (k?.data ?? null),
      value: isShared ? null : (v?.data ?? null),
    };
  }
  const packed = rowsOf(heads + 2 * kvHeads);
  const width = (heads + 2 * kvHeads) * headSize;
  const part = (from: number, count: number) => {
    const numbers = new Float64Array(fed * count * headSize);
    for (let row = 0; row < fed; row++) {
      const start = row * width + from * headSize;
      numbers.set(packed.data.subarray(start, start + count * headSize), row * count * headSize);
    }
    return numbers;
  };
  return {
    inputs: [like(query, packed), null, null],
    query: part(0, heads),
    key: part(heads, kvHeads),
    value: part(heads + kvHeads, kvHeads),
  };
}

export const attentionAnswers: Readonly<Record<string, AnswerMaker>> = {
  'com.microsoft.GroupQueryAttention': groupQueryAttention,
  'com.microsoft.RotaryEmbedding': rotaryEmbedding,
};
