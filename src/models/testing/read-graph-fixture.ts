import type { ModelSource } from '../session/runtime.ts';
import { type GraphFixture, graphFixtureContext } from './graph-fixtures.ts';
import { bytesAt } from './site.ts';

const urls = import.meta.glob<string>('../fixtures/graphs/*', { query: '?url', import: 'default' });

const bytesOf = async (file: string): Promise<Uint8Array<ArrayBuffer>> =>
  bytesAt(await urls[`../fixtures/graphs/${file}`]!());

/** The model of a fixture, and what PyTorch computes, [tokens, vocabSize]. */
export async function readGraphFixture({
  name,
  vocabSize,
}: GraphFixture): Promise<{ source: ModelSource; reference: Float32Array }> {
  const [onnx, logits] = await Promise.all([bytesOf(`${name}.onnx`), bytesOf(`${name}.logits`)]);
  const source = {
    id: name,
    onnx,
    sha256: name,
    contextLength: graphFixtureContext,
    vocabSize,
  };
  return { source, reference: new Float32Array(logits.buffer) };
}
