import { parseArgs } from 'node:util';
import { ensureLibrary } from '../build.ts';
import type { Counts } from '../test-counts.ts';
import { type MutationKind, mutationKinds } from './mutation-kinds.ts';
import { outcomeTable } from './outcome-table.ts';
import { runCases, type SeededOutcome } from './run-cases.ts';

/** Processes at once: each has an engine in a further process, and one of the two waits for the other. */
const processes = 2;

/**
 * `npm run test:mutations`: breaks 500 files and requests of each kind and counts how each of them ends.
 * `-- --kind KIND --seed N --count N` runs some of them, one of them again with `--count 1`.
 */
export async function runMutations(args: readonly string[]): Promise<Counts> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kind: { type: 'string', multiple: true },
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '500' },
    },
  });
  const kinds = values.kind ?? mutationKinds;
  const unknown = kinds.filter((kind) => !(mutationKinds as readonly string[]).includes(kind));
  if (unknown.length > 0)
    throw new Error(`no kind ${unknown.join(', ')}; there are ${mutationKinds.join(', ')}`);
  await ensureLibrary();
  let passed = 0;
  let failed = 0;
  const waiting = [...kinds] as MutationKind[];
  const work = async () => {
    for (let kind = waiting.shift(); kind; kind = waiting.shift()) {
      const outcomes: SeededOutcome[] = [];
      await runCases({ kind, seed: integer(values.seed), count: integer(values.count) }, (outcome) => {
        outcomes.push(outcome);
        if (outcome.fault !== null) process.stdout.write(faultLines(outcome));
      });
      process.stdout.write(outcomeTable(outcomes));
      const faults = outcomes.filter(({ fault }) => fault !== null).length;
      failed += faults;
      passed += outcomes.length - faults;
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  return { passed, failed, skipped: 0 };
}

function integer(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`"${text}" is not a number of up to nine digits`);
  return Number(text);
}

function faultLines({ kind, seed, what, fault }: SeededOutcome): string {
  const command = `npm run test:mutations -- --kind ${kind} --seed ${seed} --count 1`;
  return `  ✗ ${kind} ${seed}: ${fault}\n    ${what}\n    ${command}\n`;
}
