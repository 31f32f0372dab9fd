import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const entry = '@huggingface/transformers';

/** The package's own source, which is published beside the bundle that its exports name. */
const sourceUrl = new URL(`../node_modules/${entry}/src`, import.meta.url);
const source = `${realpathSync(fileURLToPath(sourceUrl)).replaceAll('\\', '/')}/`;

/** What the engine imports of the package, and the file that defines it. */
const parts: Readonly<Record<string, string>> = {
  PreTrainedTokenizer: 'tokenization_utils.js',
};

/** Where the package reaches for ONNX Runtime: it loads one of its own, and points it at the files of a CDN. */
const backend = '/backends/onnx.js';

/** Modules that are written here, by the name that they have in a bundle. */
const modules: Readonly<Record<string, string>> = {
  '\0transformers-parts': Object.entries(parts)
    .map(([name, file]) => `export { ${name} } from ${JSON.stringify(source + file)};`)
    .join('\n'),
  '\0transformers-backend': `
    import { Tensor } from 'onnxruntime-web/webgpu';
    const refuse = () => { throw new Error('transformers.js runs no models here: src/models does'); };
    export const isONNXTensor = (value) => value instanceof Tensor;
    export { Tensor, refuse as createInferenceSession, refuse as runInferenceSession, refuse as isONNXProxy };`,
  // As in the package's own bundle for browsers: without files it neither looks for a cache nor for models there.
  '\0transformers-node': 'export default {};',
};

/**
 * Bundles of transformers.js what the engine uses: 13 kB compressed instead of 104 kB for all of it. The rest cannot be
 * left out of its published bundle, which runs code of all its parts when it is imported. What comes along has the one
 * ONNX Runtime of src/models/ort, no address of a CDN, and no file system.
 */
export function transformersParts(): Plugin {
  return {
    name: 'transformers-parts',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id === entry) return '\0transformers-parts';
      if (!importer?.startsWith(source)) return null;
      if (id.startsWith('node:')) return '\0transformers-node';
      return id.endsWith(backend) ? '\0transformers-backend' : null;
    },
    load: (id) => modules[id],
  };
}
