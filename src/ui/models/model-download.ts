import type { EngineApi, ModelEstimate, StoredModel } from '../../engine/engine-api.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { type Dtype, onnxPath, splitDtype } from '../../models/files/dtype.ts';
import { describeFailure } from '../kit/failure.ts';
import { fitText } from './fit-text.ts';

/** What of an engine tells the size of a download. */
export type DownloadSource = Pick<EngineApi, 'estimate' | 'storedModels'>;

/** What a load of models by their names would fetch, learned from small files alone. */
export interface ModelDownload {
  /** 0 where everything is here; null where the size is unknown. */
  readonly bytes: number | null;
  /** What the models take of this device, or why the size is unknown. */
  readonly words: string;
}

/**
 * @param models as `load` takes them
 * @param sources engines that would load them; each may choose other weights. Without any, the size is unknown.
 * @throws what `estimate` throws for a model that cannot be used; any other failure leaves the size unknown
 */
export async function modelDownload(
  models: readonly string[],
  sources: readonly DownloadSource[],
  signal?: AbortSignal,
): Promise<ModelDownload> {
  const files = new Map<string, { readonly bytes: number | null; readonly words: string }>();
  const asked = await Promise.all(
    sources.map(async (source) => ({
      source,
      // Where storage does not answer, everything counts as a download.
      stored: await source.storedModels().then(
        ({ models: listed }) => listed,
        () => [],
      ),
    })),
  );
  for (const model of models) {
    const failures: unknown[] = [];
    for (const { source, stored } of asked) {
      try {
        const estimate = await source.estimate(model, signal ? { signal } : {});
        const { name } = splitDtype(estimate.id);
        const bytes = bytesToFetch(estimate, name, stored);
        files.set(`${name}:${estimate.dtype}`, { bytes, words: fitText(estimate) });
      } catch (error) {
        signal?.throwIfAborted();
        failures.push(error);
      }
    }
    // What one engine can use is used, by that one.
    if (failures.length < sources.length) continue;
    const refusal = failures.find(isRefusal);
    if (refusal) throw refusal;
    const [first = new Error('The engine is not running.')] = failures;
    return { bytes: null, words: describeFailure(first).message };
  }
  const all = [...files.values()];
  return {
    bytes: all.reduce<number | null>(
      (sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes),
      0,
    ),
    words: all.map(({ words }) => words).join(' '),
  };
}

/** A connection that is back brings no such model. */
function isRefusal(error: unknown): boolean {
  const isMissing =
    error instanceof EngineError && (error.details.status === 404 || error.details.status === 410);
  return isMissing || describeFailure(error).remedy === 'change-request';
}

function bytesToFetch(
  { dtype, downloadBytes }: ModelEstimate,
  name: string,
  stored: readonly StoredModel[],
): number | null {
  // Ids are of models that come with the page.
  const isBundled = !/[/:]/.test(name);
  return isBundled || isStored(stored, name, dtype) ? 0 : downloadBytes;
}

/** Whether nothing of a model with these weights is left to fetch. */
export function isStored(
  stored: readonly Pick<StoredModel, 'id' | 'weights' | 'complete'>[],
  model: string,
  dtype: Dtype,
): boolean {
  return stored.some(
    ({ id, weights, complete }) => id === model && complete && weights.includes(onnxPath(dtype)),
  );
}
