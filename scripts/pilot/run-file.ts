import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import type { PilotRun, PilotStore } from '../../src/pilot/pilot.ts';

/**
 * Finished runs in a file of JSON Lines, each with the key of its plan, so that several plans share a folder. A line
 * that an interruption cut off is skipped.
 */
export class RunFile implements PilotStore {
  readonly #path: string;

  /** @param fresh what the file has is thrown away */
  constructor(path: string, fresh: boolean) {
    this.#path = path;
    if (fresh) rmSync(path, { force: true });
    else if (existsSync(path) && !readFileSync(path, 'utf8').endsWith('\n')) appendFileSync(path, '\n');
  }

  async read(key: string): Promise<readonly unknown[]> {
    if (!existsSync(this.#path)) return [];
    return readFileSync(this.#path, 'utf8')
      .split('\n')
      .flatMap((line) => {
        const kept = parsed(line);
        return kept?.key === key ? [kept.run] : [];
      });
  }

  async add(key: string, run: PilotRun): Promise<void> {
    appendFileSync(this.#path, `${JSON.stringify({ key, run })}\n`);
  }
}

function parsed(line: string): { readonly key?: unknown; readonly run?: unknown } | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
