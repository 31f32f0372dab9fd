import type { ModelEstimate } from '../../engine/engine-api.ts';
import { sizeText } from '../../errors/byte-text.ts';

/** "tiny (q4): a download of 90 MB; takes about 700 MB on WebAssembly, of 4.29 GB: it fits." */
export function fitText({ title, dtype, downloadBytes, memory }: ModelEstimate): string {
  const download = downloadBytes === null ? 'size unknown' : `a download of ${sizeText(downloadBytes)}`;
  const backend = memory.backend === 'wasm' ? 'WebAssembly' : 'WebGPU';
  const available = memory.availableBytes === null ? '' : `, of ${sizeText(memory.availableBytes)}`;
  const known = memory.weightBytes === null ? 'at least' : 'about';
  const verdict =
    memory.availableBytes === null
      ? 'the available memory is unknown'
      : memory.fits
        ? 'it fits'
        : 'it does not fit';
  return `${title} (${dtype}): ${download}; takes ${known} ${sizeText(memory.totalBytes)} on ${backend}${available}: ${verdict}.`;
}
