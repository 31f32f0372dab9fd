/**
 * What is counted or weighed, and how much of it may be there at the end of a soak that had `start` of it and lost `losses`
 * devices. ONNX Runtime holds every device that it was given until its thread ends (1.30), and with it Dawn's two threads
 * and the driver's memory: 30 MB each with llvmpipe.
 */
const limits = {
  'GPU devices': same,
  'GPU buffers': same,
  'GPU bytes': same,
  workers: same,
  processes: same,
  locks: same,
  'waiting for locks': same,
  'open files': same,
  threads: (start: number, losses: number) => start + 2 * losses,
  handles: same,
  'stored files': same,
  'stored bytes': same,
  'kept values': same,
  // Compiled code and what it has learned of types grow for a long time, by less and less.
  'heap bytes': (start: number) => start * 1.05 + 1e6,
  'buffer bytes': (start: number) => start * 1.05 + 1e6,
  'WebAssembly bytes': (start: number) => start * 1.05,
  'resident bytes': (start: number, losses: number) => start * 1.2 + 50e6 + 40e6 * losses,
} as const satisfies Record<string, (start: number, losses: number) => number>;

export type Measure = keyof typeof limits;

/** What one page, program, worker or process holds. */
export type Holdings = Readonly<Partial<Record<Measure, number>>>;

/** What all of them hold, by their names. */
export type Reading = Readonly<Record<string, Holdings>>;

export interface Row {
  readonly place: string;
  readonly measure: Measure;
  readonly start: number;
  readonly end: number;
  readonly limit: number;
  readonly holds: boolean;
}

function same(start: number): number {
  return start;
}

/** A row for everything in either reading; what one of them lacks is 0 there. */
export function rowsOf(start: Reading, end: Reading, deviceLosses = 0): Row[] {
  const rows: Row[] = [];
  for (const place of new Set([...Object.keys(start), ...Object.keys(end)])) {
    const [before = {}, after = {}] = [start[place], end[place]];
    const losses = place.includes('WebGPU') ? deviceLosses : 0;
    for (const measure of new Set(Object.keys({ ...before, ...after }) as Measure[])) {
      const [from, to] = [before[measure] ?? 0, after[measure] ?? 0];
      const limit = Math.floor(limits[measure](from, losses));
      rows.push({ place, measure, start: from, end: to, limit, holds: to <= limit });
    }
  }
  return rows;
}

/** The least of each: what is on its way out is no growth. */
export function leastOf(readings: readonly Reading[]): Reading {
  const least: Record<string, Partial<Record<Measure, number>>> = {};
  for (const [place, holdings] of readings.flatMap((reading) => Object.entries(reading))) {
    const ofPlace = least[place] ?? {};
    least[place] = ofPlace;
    for (const [measure, value] of Object.entries(holdings) as [Measure, number][]) {
      ofPlace[measure] = Math.min(ofPlace[measure] ?? Number.POSITIVE_INFINITY, value);
    }
  }
  return least;
}

/** Only what is counted and given back: code stays in memory, models stay in storage. */
export function countsOf(reading: Reading): Reading {
  return Object.fromEntries(
    Object.entries(reading).map(([place, holdings]) => [
      place,
      Object.fromEntries(
        Object.entries(holdings).filter(([measure]) => !/bytes|^stored|^kept/.test(measure)),
      ),
    ]),
  );
}

/** As Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const number = (value: number): string => value.toLocaleString('en');
  const lines = rows.map(
    ({ place, measure, start, end, limit, holds }) =>
      `| ${place} | ${measure} | ${[start, end, limit].map(number).join(' | ')} | ${holds ? 'ok' : '**grew**'} |`,
  );
  return [
    '| where | what | start | end | limit | |',
    '| --- | --- | ---: | ---: | ---: | --- |',
    ...lines,
  ].join('\n');
}
