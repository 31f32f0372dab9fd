import { type MutationKind, openCases } from './mutation-kinds.ts';
import type { Outcome } from './outcome.ts';

/** What the process tells: which case it runs, and how it ended. */
export type CaseMessage =
  | { readonly seed: number; readonly outcome: null }
  | { readonly seed: number; readonly outcome: Outcome };

/*
 * Runs the cases of one kind in a row, in a process that can be ended where one of them does not end by itself.
 * Arguments: kind, first seed, number of cases.
 */
const [kind, first, count] = process.argv.slice(2);
const tell = (message: CaseMessage): Promise<void> =>
  new Promise((resolve) => void process.send!(message, () => resolve()));

const cases = await openCases(kind as MutationKind, process.env.ANTIPHON_CACHE!);
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  await tell({ seed, outcome: null });
  await tell({ seed, outcome: await cases.run(seed) });
}
await cases.close();
process.disconnect();
