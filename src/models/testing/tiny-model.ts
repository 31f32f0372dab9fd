import type { ModelSource } from '../session/runtime.ts';
import { bytesAt } from './site.ts';

/** A tiny model of fixtures/, by its `?url` import. */
export async function tinyModel(url: string, id = 'tiny'): Promise<ModelSource> {
  return { id, onnx: await bytesAt(url), sha256: url, contextLength: 96, vocabSize: 40 };
}
