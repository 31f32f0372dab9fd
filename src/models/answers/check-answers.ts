import { EngineError } from '../../errors/engine-error.ts';
import type { EngineDevice } from '../../gpu/device.ts';
import { type MeasurementKey, readMeasurement, writeMeasurement } from '../costs/measurement-store.ts';
import { float16ToFloat32 } from '../onnx/float16.ts';
import { EditableModel } from '../onnx/prepare/editable-model.ts';
import type { ExternalFile } from '../onnx/prepare/prepare-graph.ts';
import { createOrtSession, OrtTensor, ortQueue } from '../ort/ort.ts';
import { ortError } from '../ort/ort-errors.ts';
import { answersGraph } from './answers-graph.ts';
import { answersOf, type SignedAnswer } from './known-answers.ts';
import { operationForms } from './operation-forms.ts';
import { tensorData, typeName, type Values } from './values.ts';

export interface AnswersRequest {
  readonly modelId: string;
  readonly onnx: Uint8Array;
  readonly externalFiles: readonly ExternalFile[];
  /** null for WASM. */
  readonly device: EngineDevice | null;
  /** Where answers seen right are kept, those of all models together. */
  readonly key: MeasurementKey;
  readonly signal?: AbortSignal | undefined;
}

export interface CheckedAnswers {
  /** Signatures that were run now, and those that had been seen right before. */
  readonly run: readonly string[];
  readonly kept: readonly string[];
  /** How many operations there is no answer for, by operator: only the self-check looks at them. */
  readonly unanswered: ReadonlyMap<string, number>;
}

/** A failed run otherwise prints its message on the console besides throwing it; 4: fatal only. */
const runOptions = { logSeverityLevel: 4 } as const;

/**
 * Compares what the backend computes with what is right, for each operator signature of a graph that has not been seen right
 * there before. Passes that agree with each other prove nothing where one kernel leaves something out in all of them.
 * Throws `model-unsupported` naming operator and signature where an answer is wrong, `out-of-memory`, `device-lost`, or
 * the signal's reason. A signature that the backend does not run at all counts as one without an answer: creating the
 * model's own session says what is amiss.
 */
export async function checkAnswers(request: AnswersRequest): Promise<CheckedAnswers> {
  const { onnx, externalFiles, device, key, signal } = request;
  const model = new EditableModel(onnx, new Map(externalFiles.map(({ path, data }) => [path, data])));
  const { answers, unanswered: without } = answersOf(operationForms(model));
  const unanswered = new Map(without);
  const known = new Set(asSignatures(await readMeasurement(key)));
  const unseen = answers.filter(({ signature }) => !known.has(signature));
  const kept = answers.flatMap(({ signature }) => (known.has(signature) ? [signature] : []));
  if (unseen.length === 0) return { run: [], kept, unanswered };
  const errors = await errorsOf(unseen, device);
  signal?.throwIfAborted();
  const right: string[] = [];
  const wrong: { readonly answer: SignedAnswer; readonly error: number }[] = [];
  for (const [index, answer] of unseen.entries()) {
    const error = errors[index]!;
    if (error === null) unanswered.set(answer.operator, (unanswered.get(answer.operator) ?? 0) + 1);
    else if (error <= answer.answer.tolerance) right.push(answer.signature);
    else wrong.push({ answer, error });
  }
  if (right.length > 0) {
    // Read anew: another tab may have added its own.
    const all = new Set([...asSignatures(await readMeasurement(key)), ...right]);
    await writeMeasurement(key, [...all]);
  }
  // What failed may be a fault of the moment: it is not kept.
  if (wrong.length > 0) throw wrongAnswers(request, wrong);
  return { run: right, kept, unanswered };
}

function asSignatures(kept: unknown): readonly string[] {
  return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
}

/** How far each answer is from the right one, relative to its largest value; null where the backend does not run it. */
async function errorsOf(
  answers: readonly SignedAnswer[],
  device: EngineDevice | null,
): Promise<(number | null)[]> {
  try {
    return await runTogether(answers, device);
  } catch (failure) {
    device?.throwIfUnusable();
    const error = ortError('Checking the operators', failure);

    if (error.code === 'out-of-memory' || error.code === 'device-lost') throw error;
    // What a backend lacks, creating the model's own session says, too.
    if (answers.length === 1 || error.code === 'model-unsupported') return answers.map(() => null);
    // One that does not run takes all with it: the halves say which.
    const middle = answers.length >> 1;
    const first = await errorsOf(answers.slice(0, middle), device);
    return [...first, ...(await errorsOf(answers.slice(middle), device))];
  }
}

function runTogether(answers: readonly SignedAnswer[], device: EngineDevice | null): Promise<number[]> {
  const { onnx, feeds, expected } = answersGraph(answers);
  return ortQueue.run(async () => {
    device?.throwIfUnusable();
    const session = await createOrtSession(onnx, [], device?.gpu ?? null);
    try {
      const tensors = Object.fromEntries(
        Array.from(feeds, ([name, values]) => [
          name,
          new OrtTensor(typeName(values.type), tensorData(values), values.shape),
        ]),
      );
      const outputs = await session.run(tensors, runOptions);
      device?.throwIfUnusable();
      return expected.map((rights) =>
        Math.max(...Array.from(rights, ([name, values]) => errorOf(outputs[name]!, values))),
      );
    } finally {
      await session.release();
    }
  });
}

/** The largest distance from what is right, relative to the largest right value. */
function errorOf(given: OrtTensor, right: Values): number {
  if (given.dims.join() !== right.shape.join()) return Infinity;
  const numbers = numbersOf(given);
  let distance = 0;
  let size = 0;
  for (const [index, value] of right.data.entries()) {
    if (Number.isNaN(value)) continue;
    size = Math.max(size, Math.abs(value));
    const one = Math.abs(numbers[index]! - value);
    // What is not a number is as wrong as can be.
    if (!(one <= distance)) distance = Number.isNaN(one) ? Infinity : one;
  }
  return distance === 0 ? 0 : distance / size;
}

function numbersOf({ type, data }: OrtTensor): ArrayLike<number> {
  if (type === 'float16') return float16ToFloat32(data as unknown as ArrayLike<number>);
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

function wrongAnswers(
  { modelId, device }: AnswersRequest,
  wrong: readonly { readonly answer: SignedAnswer; readonly error: number }[],
): EngineError {
  const place = device ? `WebGPU (${device.adapterName})` : 'WASM';
  const problems = wrong.map(
    ({ answer, error }) =>
      `${answer.operator} ${inWords(error, answer.answer.tolerance)}, as ${answer.signature}`,
  );
  const next = device ? 'Use the WASM backend, or choose another export.' : 'Choose another export or dtype.';
  return new EngineError(
    'model-unsupported',
    `ONNX Runtime computes operators of model ${modelId} wrongly on ${place}: ${problems.join('; ')}. ${next}`,
    { details: { modelId, problems } },
  );
}

const inWords = (error: number, tolerance: number): string =>
  error === Infinity
    ? 'answers in another shape, or what is not a number'
    : `is off by ${percent(error)} of its largest value, the limit is ${percent(tolerance)}`;

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
