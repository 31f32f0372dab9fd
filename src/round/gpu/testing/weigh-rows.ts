import type { SamplingParameters } from '../../../sample/sampling-parameters.ts';
import { CommandStream } from '../command-stream.ts';
import { distributionDispatches } from '../distribution-dispatches.ts';
import type { GpuBench } from './gpu-bench.ts';

/** Takes slots and fills them with rows of logits [vocabSize]. */
export function holdRows(stream: CommandStream, rows: readonly Float32Array[]): number[] {
  return rows.map((row) => {
    const slot = stream.memory.takeSlot();
    stream.write(stream.memory.rows, slot * stream.memory.rowBytes, new Float32Array(row));
    return slot;
  });
}

/** The weights in a slot, divided by their sum [vocabSize]. */
export async function probabilitiesIn(
  bench: GpuBench,
  stream: CommandStream,
  slot: number,
): Promise<Float64Array> {
  stream.flush();
  const { rows, rowBytes } = stream.memory;
  const weights = new Float32Array(await bench.read(rows, slot * rowBytes, rowBytes));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float64Array.from(weights, (weight) => weight / sum);
}

export function openStream(bench: GpuBench, vocabSize: number, seed = 0): CommandStream {
  return new CommandStream(bench.kernels, { vocabSize, keyLow: seed, keyHigh: 0 }, 'test');
}

/** Every row with its own parameters, in one pass. @returns a distribution [vocabSize] each */
export async function distributions(
  bench: GpuBench,
  rows: readonly Float32Array[],
  samplings: readonly SamplingParameters[],
): Promise<Float64Array[]> {
  const stream = openStream(bench, rows[0].length);
  const jobs = holdRows(stream, rows).map((logitsSlot, index) => ({
    logitsSlot,
    weightsSlot: stream.memory.takeSlot(),
    sampling: samplings[index],
  }));
  stream.run({ position: 0, textIndex: 0, jobs }, distributionDispatches(jobs, 0, stream.memory.vocabSize));
  const answers: Float64Array[] = [];
  for (const { weightsSlot } of jobs) answers.push(await probabilitiesIn(bench, stream, weightsSlot));
  stream.dispose();
  return answers;
}
