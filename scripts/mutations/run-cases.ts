import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaseMessage } from './case-process.ts';
import type { MutationKind } from './mutation-kinds.ts';
import type { Outcome } from './outcome.ts';

export interface CaseRange {
  readonly kind: MutationKind;
  readonly seed: number;
  readonly count: number;
}

export interface SeededOutcome extends Outcome {
  readonly kind: MutationKind;
  readonly seed: number;
}

/** What no case takes on a busy machine. A first one also starts an engine. */
const limitMs = 60_000;

/** Runs the cases, and goes on behind those that end their process or have to be ended. */
export async function runCases(
  { kind, seed, count }: CaseRange,
  onOutcome: (outcome: SeededOutcome) => void,
): Promise<void> {
  for (let next = seed; next < seed + count; ) {
    next = await runInProcess({ kind, seed: next, count: seed + count - next }, onOutcome);
  }
}

/** @returns the first seed that was not run */
function runInProcess(
  { kind, seed: first, count }: CaseRange,
  onOutcome: (outcome: SeededOutcome) => void,
): Promise<number> {
  const cache = mkdtempSync(join(tmpdir(), 'antiphon-mutations-'));
  const child = fork(
    fileURLToPath(new URL('case-process.ts', import.meta.url)),
    [kind, String(first), String(count)],
    {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      env: { ...process.env, ANTIPHON_CACHE: cache, ANTIPHON_THREADS: '1' },
    },
  );
  let seed = first;
  let isRunning = false;
  let errors = '';
  let isTooSlow = false;
  const end = () => {
    isTooSlow = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(end, limitMs);
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  child.on('message', ({ seed: told, outcome }: CaseMessage) => {
    clearTimeout(timer);
    timer = setTimeout(end, limitMs);
    isRunning = outcome === null;
    seed = told;
    if (outcome === null) return;
    seed += 1;
    // What a promise that nobody waits for rejects with is in no answer.
    const unheard = /unhandled rejection:.*/i.exec(errors)?.[0] ?? null;
    errors = '';
    onOutcome({ kind, seed: told, ...outcome, fault: outcome.fault ?? unheard });
  });
  return new Promise((resolve) => {
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      rmSync(cache, { recursive: true, force: true });
      if (seed >= first + count) return resolve(seed);
      if (!isRunning && seed === first) throw new Error(`the cases of ${kind} do not start: ${errors}`);
      const fault = isTooSlow
        ? `does not end within ${limitMs / 1000} s`
        : `the process ended with ${signal ?? status}: ${errors}`;
      onOutcome({ kind, seed, end: isTooSlow ? 'hangs' : 'crashes', fault, what: '' });
      resolve(seed + 1);
    });
  });
}
