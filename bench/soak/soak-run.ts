import { setTimeout as wait } from 'node:timers/promises';
import { countsOf, leastOf, type Reading, type Row, rowsOf } from './measures.ts';
import type { SoakAmounts } from './soak.ts';

/** Where engines are soaked: the pages of a browser, or a program of Node.js. */
export interface SoakPlace {
  start(): Promise<void>;
  run(amounts: SoakAmounts): Promise<void>;
  settle(): Promise<void>;
  close(): Promise<void>;
  read(): Promise<Reading>;
}

/**
 * Everything has been done often before the first reading: code is compiled, and what is kept for later is kept. The heap
 * of Node.js grows by 2 MB in the first 1,200 decodes and 48 loads, by 0.2 MB in the next 800 and 32.
 */
const warmUp: SoakAmounts = { decodes: 1500, loads: 60, deviceLosses: 5, workerDeaths: 2 };

/** Connections and processes take seconds to end. */
const readingsEach = 6;
const pauseMs = 1000;

export async function soak(place: SoakPlace, amounts: SoakAmounts): Promise<Row[]> {
  const unopened = await readSeveral(place);
  await place.start();
  await place.run(warmUp);
  await place.settle();
  const start = await readSeveral(place);
  await place.run(amounts);
  await place.settle();
  const end = await readSeveral(place);
  await place.close();
  const closed = await readSeveral(place);
  const afterClose = rowsOf(countsOf(unopened), countsOf(closed));
  return [
    ...rowsOf(start, end, amounts.deviceLosses),
    ...afterClose.map((row) => ({ ...row, place: `${row.place}, before and after all engines` })),
  ];
}

async function readSeveral(place: SoakPlace): Promise<Reading> {
  const readings: Reading[] = [];
  for (let count = 0; count < readingsEach; count++) {
    await wait(pauseMs);
    readings.push(await place.read());
  }
  return leastOf(readings);
}
