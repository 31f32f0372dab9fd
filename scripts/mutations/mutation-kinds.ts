import { FileCases } from './file-cases.ts';
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
  model: (cache) => FileCases.open(modelSubjects, cache),
  config: (cache) => FileCases.open(configSubjects, cache),
  tokenizer: (cache) => FileCases.open(tokenizerSubjects, cache),
  catalogue: (cache) => FileCases.open(catalogueSubjects, cache),
  trace: () => TraceCases.open(),
  openai: () => OpenAiCases.open(),
} satisfies Record<string, OpenCases>;

export type MutationKind = keyof typeof openings;
export const mutationKinds = Object.keys(openings) as readonly MutationKind[];

export const openCases = (kind: MutationKind, cache: string): Promise<Cases> => openings[kind](cache);
