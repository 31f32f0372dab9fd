import { statSync } from 'node:fs';
import { connect } from '../../src/antiphon-node.ts';
import type { DecodeRun, LoadedModel } from '../../src/engine/engine-api.ts';
import { bundledCatalogueUrl, bundledModelsUrl } from '../../src/node/package-files.ts';
import { requireModel, requireServer } from '../demo/model-folder.ts';
import { moduleFile } from '../demo/module-file.ts';
import type { OpenTerminalEngine } from './terminal-engine.ts';

/** The engine in a process of Node.js. */
export const openInNode: OpenTerminalEngine = async (needs) => {
  const { backend, modelsUrl, usedModels, namedModels, combineModule, onRound, onPrefill } = needs;
  if (combineModule !== null && !isAddress(combineModule)) moduleFile(combineModule);
  if (modelsUrl) await requireServer(modelsUrl);
  const locations = {
    modelsUrl: modelsUrl?.href ?? bundledModelsUrl,
    catalogueUrl: bundledCatalogueUrl,
  };
  // The process starts while the models are looked for.
  const connecting = connect({ backend, ...locations });
  connecting.catch(() => {});
  try {
    for (const model of namedModels) await requireModel(model, locations);
    const engine = await connecting;
    const models: LoadedModel[] = [];
    for (const model of usedModels) models.push(await engine.load(model));
    let current: DecodeRun | undefined;
    let isStopped = false;
    return {
      host: `Node.js ${process.versions.node}`,
      models,
      decode: async (request) => {
        current = engine.decode(request, onPrefill && { onPrefill });
        if (isStopped) current.stop();
        if (onRound) for await (const round of current) onRound(round);
        return current.result;
      },
      stop: async () => {
        isStopped = true;
        current?.stop();
      },
      info: () => engine.info(),
      close: () => engine.close(),
    };
  } catch (error) {
    await (await connecting.catch(() => null))?.close();
    throw error;
  }
};

/** A path may read as an address, as with a drive of Windows. */
const isAddress = (given: string): boolean =>
  URL.canParse(given) && !statSync(given, { throwIfNoEntry: false });
