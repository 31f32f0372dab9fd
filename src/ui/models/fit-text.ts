import type { ModelEstimate } from '../../engine/engine-api.ts';
import { megabytesText } from '../../errors/byte-text.ts';

/** "tiny (q4): a download of 90.0 MB; takes about 700.0 MB on WebAssembly, of 4295.0 MB: it fits." */
export function fitText({ title, dtype, downloadBytes, memory }: ModelEstimate): string {
  const download = downloadBytes === null ? 'size unknown' : `a download of ${megabytesText(downloadBytes)}`;
  const backend = memory.backend === 'wasm' ? 'WebAssembly' : 'WebGPU';
  const available = memory.availableBytes === null ? '' : `, of ${megabytesText(memory.availableBytes)}`;
  const known = memory.weightBytes === null ? 'at least' : 'about';
  const verdict =
    memory.availableBytes === null
      ? 'the available memory is unknown'
      : memory.fits
        ? 'it fits'
        : 'it does not fit';
  return `${title} (${dtype}): ${download}; takes ${known} ${megabytesText(memory.totalBytes)} on ${backend}${available}: ${verdict}.`;
}
