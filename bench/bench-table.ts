import { storyPrompts } from '../scripts/story-prompts.ts';
import type { DecodeResult } from '../src/engine/engine-api.ts';
import type { DecodeRequest } from '../src/engine/request-types.ts';
import type { ForwardCosts } from '../src/models/forward-costs.ts';
import type { BrowserCircumstances } from './circumstances.ts';

/** What a table is measured with. */
export interface Bench {
  /** A smaller sweep with shorter texts. */
  readonly quick: boolean;
  decode(request: DecodeRequest): Promise<DecodeResult>;
  /** t(k) of each model of the table, measured when it was loaded. */
  readonly costsAtLoad: ReadonlyMap<string, ForwardCosts>;
  /** Shows a line of progress. */
  log(line: string): void;
}

/** What a table came to. */
export interface Measured {
  /** A page of Markdown, without the circumstances. */
  readonly markdown: string;
  /** Everything behind it, plain data. */
  readonly data: object;
  /** `bench/results/NAME.svg`, to which the Markdown refers; absent where there is nothing to draw. */
  readonly chart?: string;
}

/** One page of the results: `bench/results/NAME.md` and `.json`. To add one, list it in run.ts. */
export interface BenchTable {
  readonly name: string;
  /** Models to load for it. */
  readonly models: readonly string[];
  measure(bench: Bench): Promise<Measured>;
}

/** What a table that opens its browser itself is measured with. */
export interface BrowserBench extends Pick<Bench, 'quick' | 'log'> {
  /** Name of the table's files, without their endings. */
  readonly fileName: string;
  /** Folder of further models on a server, ending with a slash; null without one. */
  readonly modelsUrl: URL | null;
}

/** As a BenchTable, but with other pages than one of Antiphon's with the bundled models on WASM. */
export interface BrowserTable {
  readonly name: string;
  /**
   * Why it cannot be measured here, and what to do about it; null where it can.
   * @param modelsUrl as in BrowserBench
   */
  missing(modelsUrl: URL | null): string | null;
  measureInBrowser(bench: BrowserBench): Promise<Measured & { readonly where: BrowserCircumstances }>;
}

/** One prompt with one seed: everything that is compared runs in it, close in time. */
export interface Cell {
  readonly prompt: string;
  readonly seed: number;
}

/** The first `promptCount` prompts, each with `seedCount` seeds; a seed's prompts stand together. */
export function cellsOf(promptCount: number, seedCount: number): Cell[] {
  return Array.from({ length: seedCount }, (_, index) => index + 1).flatMap((seed) =>
    storyPrompts.slice(0, promptCount).map((prompt) => ({ prompt, seed })),
  );
}

/** Fewer tokens than this after the first say more of the clock than of the engine. */
export const enoughTokens = 16;
