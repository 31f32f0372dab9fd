import { FileCases } from './file-cases.ts';
import { mutateJson } from './mutate-json.ts';
import { mutateOnnx } from './mutate-onnx.ts';
import { OpenAiCases } from './open-ai-cases.ts';
import type { Outcome } from './outcome.ts';
import { catalogueSubjects, configSubjects, modelSubjects, tokenizerSubjects } from './subjects.ts';
import { TraceCases } from './trace-cases.ts';

/** Cases of one kind, each a function of its seed. */
export interface Cases {
  run(seed: number): Promise<Outcome>;
  close(): Promise<void>;
}

/** @param cache folder of the engine's storage */
type OpenCases = (cache: string) => Promise<Cases>;

const openings = {
  model: (cache) => FileCases.open(modelSubjects, mutateOnnx, cache),
  config: (cache) => FileCases.open(configSubjects, mutateJson, cache),
  tokenizer: (cache) => FileCases.open(tokenizerSubjects, mutateJson, cache),
  catalogue: (cache) => FileCases.open(catalogueSubjects, mutateJson, cache),
  trace: () => TraceCases.open(),
  openai: () => OpenAiCases.open(),
} satisfies Record<string, OpenCases>;

export type MutationKind = keyof typeof openings;
export const mutationKinds = Object.keys(openings) as readonly MutationKind[];

export const openCases = (kind: MutationKind, cache: string): Promise<Cases> => openings[kind](cache);
