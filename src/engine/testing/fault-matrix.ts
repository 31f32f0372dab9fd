import type { LifeState } from '../engine-api.ts';

/** What the engine does when a fault strikes. */
export const situations = {
  opening: 'the first request opens the backend',
  'first load': 'a load has half of the weights',
  'load beside a decode': 'so has a load, while a decode writes on another model',
  prefill: 'a decode reads its prompt',
  round: 'a decode has written tokens',
  candidates: '`candidates` runs its forward pass',
  idle: 'a model is loaded, and nothing runs',
  'second tab': 'another tab waits for the file that this one downloads; told is what the other sees',
} as const;
export type Situation = keyof typeof situations;

export interface CellOutcome {
  /** What the caller of the request sees; of two requests both. */
  readonly sees: string;
  /** `gone`: with its worker. */
  readonly state: LifeState | 'gone';
  /** What the next request, a load and a decode, comes to when a server's fault is over. */
  readonly next: string;
}

/** An outcome, or why there is none. */
export type Cell = CellOutcome | { readonly doesNotApply: string };

const ends = (sees: string, state: CellOutcome['state'] = 'open', next = 'resolves'): Cell => ({
  sees,
  state,
  next,
});
const never = (doesNotApply: string): Cell => ({ doesNotApply });

type Row = Readonly<Record<Situation, Cell>>;

const resolves = ends('resolves');
const nothing = ends('nothing');

/** Of faults that a decode, and a model that is loaded, do not notice. */
const unnoticed = {
  prefill: resolves,
  round: resolves,
  candidates: resolves,
  idle: nothing,
} satisfies Partial<Row>;

/** Of a server that does not bring the weights. */
const refused = (error: string): Row => ({
  ...unnoticed,
  opening: never('nothing is fetched yet'),
  'first load': ends(error),
  'load beside a decode': ends(`load ${error}, decode resolves`),
  'second tab': ends(error),
});

/** Of storage that does without. */
const forgone: Row = {
  ...unnoticed,
  opening: resolves,
  'first load': resolves,
  'load beside a decode': ends('load resolves, decode resolves'),
  'second tab': resolves,
};

/** Ends every request of its engine for good. */
const final = (state: 'closed' | 'gone'): Row => {
  const lost = ends('worker-lost', state, 'worker-lost');
  return {
    opening: lost,
    'first load': lost,
    'load beside a decode': ends('load worker-lost, decode worker-lost', state, 'worker-lost'),
    prefill: lost,
    round: lost,
    candidates: lost,
    idle: ends('nothing', state, 'worker-lost'),
    'second tab': resolves,
  };
};

const lostTwice = ends('device-lost', 'lost');
const noMemory = ends('out-of-memory');
const noRun = never('only a decode can be stopped');
const noAllocation = never('nothing is allocated');

const device = {
  'device lost': {
    opening: resolves,
    'first load': resolves,
    'load beside a decode': ends('load resolves, decode resumes'),
    prefill: ends('resumes'),
    round: ends('resumes'),
    candidates: resolves,
    idle: ends('nothing', 'lost'),
    'second tab': resolves,
  },
  'device lost twice': {
    opening: lostTwice,
    'first load': lostTwice,
    'load beside a decode': ends('load resolves, decode resumes'),
    prefill: lostTwice,
    round: lostTwice,
    candidates: lostTwice,
    idle: ends('nothing', 'lost'),
    'second tab': resolves,
  },
  'out of memory': {
    opening: noAllocation,
    'first load': noMemory,
    'load beside a decode': ends('load out-of-memory, decode resolves'),
    prefill: noMemory,
    round: noMemory,
    candidates: noMemory,
    idle: noAllocation,
    'second tab': resolves,
  },
  'worker dies': final('gone'),
} satisfies Readonly<Record<string, Row>>;

const caller = {
  abort: {
    opening: ends('AbortError'),
    'first load': ends('AbortError'),
    'load beside a decode': ends('load AbortError, decode resolves'),
    prefill: ends('abort'),
    round: ends('abort'),
    candidates: ends('AbortError'),
    idle: never('nothing to abort'),
    'second tab': resolves,
  },
  stop: {
    opening: noRun,
    'first load': noRun,
    'load beside a decode': ends('load resolves, decode abort'),
    prefill: ends('abort'),
    round: ends('abort'),
    candidates: noRun,
    idle: noRun,
    'second tab': noRun,
  },
  close: final('closed'),
  unload: forgone,
} satisfies Readonly<Record<string, Row>>;

const storage = {
  'quota full': {
    ...refused('storage-full'),
    opening: never('nothing is stored yet'),
  },
  'storage refused': forgone,
  'storage hangs': forgone,
  'lock refused': { ...forgone, opening: never('nothing is locked yet') },
} satisfies Readonly<Record<string, Row>>;

const network = {
  '403': refused('download (access)'),
  '429': refused('download (http-status)'),
  '503': refused('download (http-status)'),
  timeout: refused('download (stalled)'),
  'connection cut': refused('download (interrupted)'),
  'HTML page': refused('integrity (html-page)'),
  'wrong hash': refused('integrity (hash)'),
} satisfies Readonly<Record<string, Row>>;

const tab = { 'tab frozen': forgone } satisfies Readonly<Record<string, Row>>;

/** What follows each fault in each situation, by groups of faults. */
export const faultMatrix = {
  'Device and worker': device,
  'The caller itself': caller,
  'Storage and locks': storage,
  Network: network,
  Page: tab,
};

type Groups = typeof faultMatrix;
export type Fault = { [G in keyof Groups]: keyof Groups[G] }[keyof Groups];

/** Every cell, by its place. */
export function faultCells(): readonly {
  readonly fault: Fault;
  readonly situation: Situation;
  readonly cell: Cell;
}[] {
  return Object.values(faultMatrix).flatMap((group) =>
    Object.entries(group as Readonly<Record<string, Row>>).flatMap(([fault, row]) =>
      Object.entries(row).map(([situation, cell]) => ({
        fault: fault as Fault,
        situation: situation as Situation,
        cell,
      })),
    ),
  );
}
