import { bestOrtBuild } from '../../host/best-ort-build.ts';
import { filesOfBuild } from '../../host/browser-ort-files.ts';
import { CATALOGUE_FILE, readCatalogue } from '../../models/files/catalogue.ts';
import { fetchBeside } from '../kit/fetch-beside.ts';
import { defaultTeam } from '../models/default-models.ts';

/**
 * What loading the team downloads: the models by the catalogue, and the build of ONNX Runtime for this browser as the
 * server sends it, compressed or not. The engine's own script (0.2 MB compressed) is left out.
 * @returns null if the server does not say how long the runtime is
 */
export async function downloadBytes(): Promise<number | null> {
  const [runtime, { models }] = await Promise.all([
    fetch(filesOfBuild(bestOrtBuild(false)).wasm, { method: 'HEAD' }),
    fetchBeside(`models/${CATALOGUE_FILE}`, readCatalogue),
  ]);
  const runtimeBytes = runtime.ok ? Number(runtime.headers.get('content-length')) : 0;
  if (!(runtimeBytes > 0)) return null;
  const files = models.filter(({ id }) => defaultTeam.includes(id)).flatMap((model) => model.files);
  return files.reduce((sum, { bytes }) => sum + bytes, runtimeBytes);
}
