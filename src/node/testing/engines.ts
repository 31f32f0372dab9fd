import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DecodeResult } from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import type { ConnectedEngine } from '../../openai/connected-engine.ts';

export const modelsFolder = fileURLToPath(new URL('../../../public/models/', import.meta.url));

/** A folder that is gone with the test. */
export function temporaryFolder(name: string, atEnd: (end: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), `antiphon-${name}-`));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The likeliest text of one model. */
export function write(
  engine: ConnectedEngine,
  model: string,
  rest: Partial<DecodeRequest> = {},
): Promise<DecodeResult> {
  return engine.decode({
    prompt: 'Once upon a time',
    maxTokens: 8,
    sampling: { temperature: 0 },
    method: { kind: 'plain', model },
    ...rest,
  }).result;
}

/** Resolves when the process is gone, if it is not yet. */
export function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
