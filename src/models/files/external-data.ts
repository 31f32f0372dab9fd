import { EngineError } from '../../errors/engine-error.ts';
import type { OnnxGraph } from '../onnx/onnx-graph.ts';

/** What no name of a file in an address or on a disk may hold: control characters, "\\" and the ":" of drives and schemes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbiddenCharacters = /[\u0000-\u001f\u007f\\:]/;

/** True for a file beside or below the ONNX file, whatever its name; false for a way out of the folder. */
function isInside(name: string): boolean {
  const segments = name.replace(/^\.\//, '').split('/');
  return !forbiddenCharacters.test(name) && segments.every((segment) => !['', '.', '..'].includes(segment));
}

/**
 * The files that a graph keeps weights in, by the names it calls them: relative to its own. Throws EngineError
 * `model-unsupported` for a name that leads out of its folder.
 */
export function externalDataPaths(graph: OnnxGraph, onnxPath: string): readonly string[] {
  for (const name of graph.externalFiles) {
    if (isInside(name)) continue;
    throw new EngineError(
      'model-unsupported',
      `${onnxPath} refers to weights in "${name}", which is not a file in its folder. Choose an export with its weights in the same folder.`,
      { details: { onnxPath, name } },
    );
  }
  return graph.externalFiles;
}

/** "onnx/model.onnx", "model.onnx_data" -> "onnx/model.onnx_data" */
export function pathBeside(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name.replace(/^\.\//, '');
}
