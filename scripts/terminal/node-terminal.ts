import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect } from '../../src/antiphon-node.ts';
import type { DecodeRun, LoadedModel } from '../../src/engine/engine-api.ts';
import { bundledModelsUrl } from '../../src/node/package-files.ts';
import { requireModel, requireServer } from '../demo/model-folder.ts';
import type { OpenTerminalEngine } from './terminal-engine.ts';

/** The engine in a process of Node.js. */
export const openInNode: OpenTerminalEngine = async (needs) => {
  const { backend, modelsUrl, usedModels, namedModels, combineModule, onRound, onPrefill } = needs;
  if (combineModule !== null) requireModule(combineModule);
  if (modelsUrl) await requireServer(modelsUrl);
  const locations = {
    modelsUrl: modelsUrl?.href ?? bundledModelsUrl,
    catalogueUrl: new URL('catalogue.json', bundledModelsUrl).href,
    baseUrl: pathToFileURL(`${process.cwd()}/`).href,
  };
  for (const model of namedModels) await requireModel(model, locations);
  const engine = await connect({ backend, ...locations });
  try {
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
    await engine.close();
    throw error;
  }
};

function requireModule(given: string): void {
  if (URL.canParse(given) && !statSync(given, { throwIfNoEntry: false })) return;
  const file = resolve(given);
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  throw new Error(`--combine names the module ${given}, but there is no file ${file}`);
}
