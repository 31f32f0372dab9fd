import {
  type AnswerInput,
  type AnswerMaker,
  like,
  numberOf,
  type OperationForm,
  storedIntegers,
  tolerances,
} from './known-answer.ts';
import { integers, isFloatType, type SmallRandom, sizeOf, type Values, valuesOf } from './values.ts';

/* Operators that move entries and compute none. */

/** An output whose entry at each place is `entryAt(place)`; the place is reused. */
function filled(
  type: number,
  shape: readonly number[],
  entryAt: (place: readonly number[]) => number,
): Values {
  const data = new Float64Array(sizeOf(shape));
  const place = new Array<number>(shape.length).fill(0);
  for (let index = 0; index < data.length; index++) {
    data[index] = entryAt(place);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place[axis]! += 1;
      if (place[axis]! < shape[axis]!) break;
      place[axis] = 0;
    }
  }
  return valuesOf(type, shape, data);
}

const entryOf = ({ shape, data }: Values, place: readonly number[]): number =>
  data[place.reduce((offset, at, axis) => offset * shape[axis]! + at, 0)]!;

/** An output whose entry at a place is the given one's at `source(place)`. */
const gathered = (
  given: Values,
  shape: readonly number[],
  source: (place: readonly number[]) => readonly number[],
) => filled(given.type, shape, (place) => entryOf(given, source(place)));

const replaced = <T>(list: readonly T[], index: number, by: T): T[] =>
  list.map((item, at) => (at === index ? by : item));

/** [2, 3, 4 …]: no two axes alike. */
const shapeOfRank = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis + 2);

const exact = (inputs: readonly (AnswerInput | null)[], outputs: () => readonly Values[]) => [
  { inputs, outputs, tolerance: tolerances.exact },
];

function floatsOf(type: number | undefined, shape: readonly number[], random: SmallRandom): Values | null {
  return isFloatType(type) ? random.floats(type, shape) : null;
}

/** Axes given as an attribute, or as an input that is stored. */
const axesOf = (form: OperationForm, input: number): readonly number[] | null =>
  form.operation.lists.get('axes') ?? storedIntegers(form.inputs[input]);

const transpose: AnswerMaker = (form, random) => {
  const perm = form.operation.lists.get('perm') ?? [2, 1, 0];
  const given = floatsOf(form.inputs[0]?.type, shapeOfRank(perm.length), random);
  if (!given) return null;
  const shape = perm.map((axis) => given.shape[axis]!);
  return exact([like(form.inputs[0], given)], () => [
    gathered(given, shape, (place) => given.shape.map((_, axis) => place[perm.indexOf(axis)]!)),
  ]);
};

const concat: AnswerMaker = (form, random) => {
  const type = form.inputs[0]?.type;
  if (!isFloatType(type) || form.inputs.some((input) => input?.type !== type)) return null;
  const rank = Math.max(4, form.inputs.find((input) => input?.constant)?.constant?.shape.length ?? 0);
  const axis = (numberOf(form, 'axis', 0) + rank) % rank;
  const parts = form.inputs.map((_, index) =>
    random.floats(type, replaced(shapeOfRank(rank), axis, index + 2)),
  );
  const sizes = parts.map(({ shape }) => shape[axis]!);
  const shape = replaced(
    parts[0]!.shape,
    axis,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const entryAt = (place: readonly number[]) => {
    let at = place[axis]!;
    let which = 0;
    while (at >= sizes[which]!) at -= sizes[which++]!;
    return entryOf(parts[which]!, replaced(place, axis, at));
  };
  return exact(
    parts.map((part, index) => like(form.inputs[index], part)),
    () => [filled(type, shape, entryAt)],
  );
};

const slice: AnswerMaker = (form, random) => {
  const [data, , , axesInput, stepsInput] = form.inputs;
  if (form.inputs.length < 3) return null;
  const given = floatsOf(data?.type, [3, 5, 7, 8], random);
  const axes = axesInput ? storedIntegers(axesInput) : [0];
  const steps = stepsInput ? storedIntegers(stepsInput) : axes?.map(() => 1);
  if (!given || !axes || steps?.length !== axes.length || steps.some((step) => step < 1)) return null;
  const rank = given.shape.length;
  const starts = integers(axes.map(() => 1));
  const ends = integers(axes.map(() => -1));
  const bounded = given.shape.map((size, axis) => {
    const which = axes.findIndex((one) => (one + rank) % rank === axis);
    return which < 0
      ? { start: 0, step: 1, size }
      : { start: 1, step: steps[which]!, size: Math.ceil((size - 2) / steps[which]!) };
  });
  return exact(
    [
      like(data, given),
      like(form.inputs[1], starts),
      like(form.inputs[2], ends),
      ...(axesInput ? [like(axesInput, integers(axes))] : []),
      ...(stepsInput ? [like(stepsInput, integers(steps))] : []),
    ],
    () => [
      gathered(
        given,
        bounded.map(({ size }) => size),
        (place) => place.map((at, axis) => bounded[axis]!.start + at * bounded[axis]!.step),
      ),
    ],
  );
};

const split: AnswerMaker = (form, random) => {
  const parts = form.operation.outputs.length;
  // Without sizes the parts are equal.
  const sizes = form.inputs[1]
    ? Array.from({ length: parts }, (_, index) => index + 2)
    : new Array(parts).fill(2);
  const rank = 4;
  const axis = (numberOf(form, 'axis', 0) + rank) % rank;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const given = floatsOf(form.inputs[0]?.type, replaced([2, 3, 2, 3], axis, total), random);
  if (!given || form.operation.lists.has('split')) return null;
  return exact(
    [like(form.inputs[0], given), ...(form.inputs[1] ? [like(form.inputs[1], integers(sizes))] : [])],
    () => {
      let begin = 0;
      return sizes.map((size) => {
        const from = begin;
        begin += size;
        return gathered(given, replaced(given.shape, axis, size), (place) =>
          replaced(place, axis, place[axis]! + from),
        );
      });
    },
  );
};

const gather: AnswerMaker = (form, random) => {
  const [table, indices] = form.inputs;
  if (!table || !indices) return null;
  const rank = Math.max(table.constant?.shape.length ?? 3, 1);
  const axis = (numberOf(form, 'axis', 0) + rank) % rank;
  const shape = replaced(shapeOfRank(rank), axis, 9);
  const given = isFloatType(table.type)
    ? random.floats(table.type, shape)
    : random.wholes(table.type, shape, 0, 100);
  const chosenShape = indices.constant ? indices.constant.shape.map((_, index) => index + 1) : [2, 2];
  // Some from behind, as far as there is room.
  const chosen = valuesOf(indices.type, chosenShape, [3, -1, 8, 0].slice(0, sizeOf(chosenShape)));
  if (sizeOf(chosenShape) > 4) return null;
  const answerShape = [...shape.slice(0, axis), ...chosenShape, ...shape.slice(axis + 1)];
  return exact([like(table, given), like(indices, chosen)], () => [
    gathered(given, answerShape, (place) => {
      const which = place.slice(axis, axis + chosenShape.length);
      const at = chosen.data[which.reduce((offset, one, index) => offset * chosenShape[index]! + one, 0)]!;
      return [...place.slice(0, axis), (at + 9) % 9, ...place.slice(axis + chosenShape.length)];
    }),
  ]);
};

const expand: AnswerMaker = (form, random) => {
  const rank = form.inputs[0]?.constant?.shape.length ?? 3;
  const shape = Array.from({ length: rank }, (_, axis) => (axis % 2 === 1 ? 3 : 1));
  const given = floatsOf(form.inputs[0]?.type, shape, random);
  if (!given) return null;
  const wide = shape.map((size, axis) => (size === 1 ? axis + 2 : 1));
  const answer = shape.map((size, axis) => Math.max(size, wide[axis]!));
  return exact([like(form.inputs[0], given), like(form.inputs[1], integers(wide))], () => [
    gathered(given, answer, (place) => place.map((at, axis) => (shape[axis] === 1 ? 0 : at))),
  ]);
};

/** Operators that leave the entries in their order. */
const reshaping =
  (
    shapesOf: (form: OperationForm) => {
      readonly given: readonly number[];
      readonly shape?: Values;
      readonly answer: readonly number[];
    } | null,
  ): AnswerMaker =>
  (form, random) => {
    const [input, shapeInput] = form.inputs;
    const shapes = shapesOf(form);
    if (!input || !shapes) return null;
    // Packed tables are reshaped, too.
    const given = isFloatType(input.type)
      ? random.floats(input.type, shapes.given)
      : random.wholes(input.type, shapes.given, 0, 100);
    const more = shapes.shape ? [like(shapeInput, shapes.shape)] : [];
    return exact([like(input, given), ...more], () => [valuesOf(given.type, shapes.answer, given.data)]);
  };

const reshape = reshaping(() => ({ given: [2, 3, 8], shape: integers([2, -1, 4]), answer: [2, 6, 4] }));

const flatten = reshaping((form) => {
  const axis = numberOf(form, 'axis', 1);
  const given = [2, 3, 4, 5];
  return { given, answer: [sizeOf(given.slice(0, axis)), sizeOf(given.slice(axis))] };
});

const squeeze = reshaping((form) => {
  const axes = axesOf(form, 1);
  if (!axes) return null;
  const rank = Math.max(4, ...axes.map((axis) => axis + 1));
  const isDropped = (axis: number) => axes.some((one) => (one + rank) % rank === axis);
  const given = shapeOfRank(rank).map((size, axis) => (isDropped(axis) ? 1 : size));
  const answer = given.filter((_, axis) => !isDropped(axis));
  return { given, answer, ...(form.inputs[1] && { shape: integers(axes) }) };
});

const unsqueeze = reshaping((form) => {
  const axes = axesOf(form, 1);
  if (!axes) return null;
  const given = [3, 4, 5];
  const rank = given.length + axes.length;
  if (axes.some((axis) => axis >= rank)) return null;
  const isAdded = (axis: number) => axes.some((one) => (one + rank) % rank === axis);
  let next = 0;
  const answer = Array.from({ length: rank }, (_, axis) => (isAdded(axis) ? 1 : given[next++]!));
  return { given, answer, ...(form.inputs[1] && { shape: integers(axes) }) };
});

export const movementAnswers: Readonly<Record<string, AnswerMaker>> = {
  Concat: concat,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Reshape: reshape,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};
