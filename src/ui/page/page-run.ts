import type { DecodeRequest } from '../../engine/request-types.ts';
import type { RequestForm } from '../form/request-form.ts';
import type { RunPart } from '../story/run-parts.ts';
import type { RunHeading, RunState } from '../story/run-state.ts';

/** What a run of the page was started with; the form may have changed since. */
export interface RunStart extends RunHeading {
  readonly form: RequestForm;
  /** The runs that wrote the text, this one last. Prompt and story are those of the whole text, the rest is its own. */
  readonly parts: readonly RunPart[];
  readonly request: DecodeRequest;
  readonly startedAt: Date;
}

export type PageRun = RunState<RunStart>;
