import { isBundled } from '../host/node-ort-files.ts';
import { CATALOGUE_FILE } from '../models/files/catalogue.ts';

/** The package's folder; the repository, where this runs from its source. */
const packageUrl = new URL(isBundled ? '../../../' : '../../', import.meta.url);

export const bundledModelsUrl = new URL('public/models/', packageUrl).href;
export const bundledCatalogueUrl = new URL(CATALOGUE_FILE, bundledModelsUrl).href;

/** Built by scripts/build.ts: ONNX Runtime and the shaders need a bundler. */
export const engineProcessUrl = new URL('dist/lib/node/engine.process.js', packageUrl);
