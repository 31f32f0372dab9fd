import { EngineError } from '../../errors/engine-error.ts';
import type { OnnxGraph } from '../onnx/onnx-graph.ts';

/** A name beside or below the ONNX file, as exporters write it; never a way out of the folder. */
const harmlessName = /^(?:\.\/)?\w[\w.-]*(?:\/\w[\w.-]*)*$/;

/**
 * The files that a graph keeps weights in, by the names it calls them: relative to its own. Throws EngineError
 * `model-unsupported` for a name that leads out of its folder.
 */
export function externalDataPaths(graph: OnnxGraph, onnxPath: string): readonly string[] {
  for (const name of graph.externalFiles) {
    if (harmlessName.test(name)) continue;
    throw new EngineError(
      'model-unsupported',
      `${onnxPath} keeps weights in "${name}", which is no file beside it. Choose an export whose weights lie in its own folder.`,
      { details: { onnxPath, name } },
    );
  }
  return graph.externalFiles;
}

/** "onnx/model.onnx", "model.onnx_data" -> "onnx/model.onnx_data" */
export function pathBeside(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name.replace(/^\.\//, '');
}
