import { EngineError } from '../../src/errors/engine-error.ts';

/** How a case ended. */
export interface Outcome {
  /** `works`, the code of a refusal, an HTTP status with OpenAI's code, or a fault. */
  readonly end: string;
  /** What must not happen; null where all is well. */
  readonly fault: string | null;
  /** What was done to the file. */
  readonly what: string;
}

/** Cases of one kind, each a function of its seed. */
export interface Cases {
  run(seed: number): Promise<Outcome>;
  close(): Promise<void>;
}

/** How an attempt with a broken file ended. */
export type Attempt = Pick<Outcome, 'end' | 'fault'>;

export const works: Attempt = { end: 'works', fault: null };

/** Runs `attempt` and names what it throws: a broken file should end with an error that has a code. */
export async function outcomeOf(attempt: () => Attempt | Promise<Attempt>): Promise<Attempt> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof EngineError)) return { end: 'no code', fault: `no code: ${inWords(error)}` };
    const fault = error.code === 'worker-lost' ? `the engine's process ended: ${error.message}` : null;
    return { end: error.code, fault };
  }
}

export function inWords(error: unknown): string {
  return error instanceof Error
    ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' ← ')
    : String(error);
}
