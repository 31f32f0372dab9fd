import type { SeededOutcome } from './run-cases.ts';

/** One line for each end of a kind, faults apart. */
export function outcomeTable(outcomes: readonly SeededOutcome[]): string {
  const counts = new Map<string, number>();
  for (const { kind, end, fault } of outcomes) {
    const line = `${kind.padEnd(10)} ${fault === null ? end : `FAULT (${end})`}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([line, count]) => `${String(count).padStart(6)}  ${line}\n`)
    .join('');
}
