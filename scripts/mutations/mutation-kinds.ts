import { connect } from '../../src/antiphon-node.ts';
import { FileServer, file } from '../../src/models/testing/file-server.ts';
import { FileCases } from './file-cases.ts';
import { OpenAiCases } from './open-ai-cases.ts';
import type { Cases } from './outcome.ts';
import {
  catalogueSubjects,
  chatFolder,
  configSubjects,
  modelSubjects,
  tokenizerSubjects,
} from './subjects.ts';
import { TraceCases } from './trace-cases.ts';

/** @param cache folder of the engine's storage */
type OpenCases = (cache: string) => Promise<Cases>;

const connectTo = (origin: string) =>
  connect({ backend: 'wasm', modelsUrl: `${origin}/`, catalogueUrl: `${origin}/catalogue.json` });

async function openAiCases(): Promise<OpenAiCases> {
  const server = await FileServer.start();
  for (const [path, bytes] of chatFolder('chatty')) server.answers.set(`/${path}`, file(bytes));
  const engine = await connectTo(server.origin);
  await engine.load('chatty');
  return new OpenAiCases(engine, 'chatty', async () => {
    await engine.close();
    await server.stop();
  });
}

const openings = {
  model: (cache) => FileCases.open(modelSubjects, connectTo, cache),
  config: (cache) => FileCases.open(configSubjects, connectTo, cache),
  tokenizer: (cache) => FileCases.open(tokenizerSubjects, connectTo, cache),
  catalogue: (cache) => FileCases.open(catalogueSubjects, connectTo, cache),
  trace: () => TraceCases.open(),
  openai: openAiCases,
} satisfies Record<string, OpenCases>;

export type MutationKind = keyof typeof openings;
export const mutationKinds = Object.keys(openings) as readonly MutationKind[];

export const openCases = (kind: MutationKind, cache: string): Promise<Cases> => openings[kind](cache);
