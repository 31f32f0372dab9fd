import type { StoredModel } from '../../../engine/engine-api.ts';
import { sizeText } from '../../../errors/byte-text.ts';
import type { Dtype } from '../../../models/files/dtype.ts';
import {
  estimateMemory,
  heapBudgetBytes,
  heapPerUnpackedByte,
  type MemoryEstimate,
} from '../../../models/files/memory-estimate.ts';
import { preferredDtypes, type WeightsTarget } from '../../../models/files/weights-choice.ts';
import { isStored } from '../../models/model-download.ts';
import type { FamilyModel } from './team-catalogue.ts';

/** Where the models of the page run, as far as the page can tell without the network. */
export interface Device extends WeightsTarget {
  /** As `navigator.deviceMemory` has it; null where browsers do not tell. */
  readonly deviceMemory: number | null;
}

/** A model with the weights to load. */
export interface WeightsChoice {
  readonly model: FamilyModel;
  readonly dtype: Dtype;
}

/** What a load fetches of weights that neither come with the page nor are stored in this browser; each model once. */
export function downloadBytes(
  choices: readonly WeightsChoice[],
  stored: readonly Pick<StoredModel, 'id' | 'weights' | 'complete'>[],
): number {
  const byName = new Map(choices.map((choice) => [`${choice.model.model}:${choice.dtype}`, choice]));
  return [...byName.values()]
    .filter(({ model, dtype }) => model.source === 'hub' && !isStored(stored, model.model, dtype))
    .reduce((sum, { model, dtype }) => sum + weightsOf(model, dtype), 0);
}

const weightsOf = ({ weights }: FamilyModel, dtype: Dtype): number =>
  weights.find((one) => one.dtype === dtype)?.bytes ?? 0;

/** The weights that a load without a dtype takes of those that are listed. */
export function automaticDtype({ weights }: FamilyModel, device: Device): Dtype {
  const listed = weights.map(({ dtype }) => dtype);
  return preferredDtypes(device).find((dtype) => listed.includes(dtype)) ?? listed[0];
}

/**
 * What models would take of this device together, estimated as the engine does before a download, from their shapes
 * alone. The engine asks again when one is loaded, and then counts what else is there.
 * @param models each with the weights to load
 */
export function deviceFit(
  models: readonly WeightsChoice[],
  { backend, deviceMemory }: Device,
): Pick<MemoryEstimate, 'backend' | 'totalBytes' | 'availableBytes' | 'fits'> & {
  /** Of the weights, by the catalogue. */
  readonly downloadBytes: number;
} {
  let takenBytes = 0;
  let downloadBytes = 0;
  let [fits, availableBytes]: [boolean, number | null] = [true, null];
  for (const { model, dtype } of models) {
    const weightBytes = model.weights.find((one) => one.dtype === dtype)?.bytes ?? null;
    downloadBytes += weightBytes ?? 0;
    const unpackedBytesLimit = Math.max(0, heapBudgetBytes - takenBytes) / heapPerUnpackedByte;
    const estimate = estimateMemory(
      { config: model.shape, dtype, weightBytes },
      { backend, takenBytes, unpackedBytesLimit, deviceMemory },
    );
    availableBytes ??= estimate.availableBytes;
    fits &&= estimate.fits;
    takenBytes += estimate.totalBytes;
  }
  return { backend, totalBytes: takenBytes, availableBytes, fits, downloadBytes };
}

/** "fits this device: about 1.19 GB of 4.29 GB" */
export function deviceFitText({ totalBytes, availableBytes, fits }: ReturnType<typeof deviceFit>): string {
  const about = `about ${sizeText(totalBytes)}`;
  if (availableBytes === null) return `takes ${about}; the available memory is unknown`;
  return `${fits ? 'fits' : 'does not fit'} this device: ${about} of ${sizeText(availableBytes)}`;
}
