import { vi } from 'vitest';
import { EngineError } from '../../errors/engine-error.ts';
import {
  type Answer,
  brokenOff,
  type FileServer,
  htmlPage,
  stalled,
  status,
} from '../../models/testing/file-server.ts';
import type { DecodeResult, DecodeRun } from '../engine-api.ts';
import type { DecodeRequest } from '../request-types.ts';
import type { CellOutcome, Fault, Situation } from './fault-matrix.ts';
import { FaultWorld, type Gate, type ModelId, outOfMemory, type Point, type Tab } from './fault-world.ts';

/** Where the fault strikes. */
interface Scene {
  readonly world: FaultWorld;
  readonly situation: Situation;
  /** The tab that the fault is for. */
  readonly tab: Tab;
  /** The model that is loaded, or is being loaded. */
  readonly model: ModelId;
  /** Ends the request, but for a decode beside it. */
  readonly controller: AbortController;
  run: DecodeRun | null;
}

interface FaultKind {
  /** Brings the fault about before the request. */
  arrange?(scene: Scene): void;
  /** Brings it about while the request is held at a gate. @returns maybe a call of its own, which must resolve */
  strike?(scene: Scene): unknown;
  /** The next request meets it too, in every situation; a server's is over by then, but where the engine was idle. */
  readonly lasts?: boolean;
}

/** Where a device is lost for the second time, or memory runs out. */
const workPoints: Readonly<Record<Situation, Point>> = {
  opening: 'opening',
  'first load': 'session a',
  'load beside a decode': 'session b',
  prefill: 'forward',
  round: 'forward',
  candidates: 'forward',
  idle: 'opening',
  'second tab': 'session a',
};

/** Of the weights while they are loaded; of every file while nothing is. */
const ofServer = (answer: (bytes: Uint8Array) => Answer, altered = false): FaultKind => ({
  arrange: ({ world, model, situation }) => {
    if (isFetching(situation)) world.serve(model, answer);
  },
  strike: ({ world, situation }) => {
    if (!isFetching(situation)) world.serveAll(answer, altered);
  },
});

/** Of storage or locks: from the beginning of a load, and in the middle of one beside a decode. */
const ofOrigin = (change: (world: FaultWorld) => void, lasts = true): FaultKind => ({
  arrange: ({ world, situation }) => {
    if (situation === 'first load' || situation === 'second tab') change(world);
  },
  strike: ({ world }) => change(world),
  lasts,
});

/** Of storage that opens, or of storage that is open. */
const ofStorage = (mood: 'refuses' | 'hangs'): FaultKind => {
  const open = ofOrigin(({ directory }) => {
    directory.mood = mood;
  });
  return {
    ...open,
    strike: (scene) => {
      if (scene.situation === 'opening') scene.world.opensStore = mood;
      else open.strike?.(scene);
    },
  };
};

const isFetching = (situation: Situation): boolean =>
  ['first load', 'load beside a decode', 'second tab'].includes(situation);

const faultKinds: Readonly<Record<Fault, FaultKind>> = {
  'device lost': { strike: ({ tab }) => tab.loseDevice() },
  'device lost twice': { strike: ({ tab, situation }) => tab.loseDevice(workPoints[situation]) },
  'out of memory': {
    strike: ({ world, tab, situation }) => world.failAt(workPoints[situation], tab, outOfMemory),
  },
  'worker dies': { strike: ({ tab }) => tab.die() },
  abort: { strike: ({ controller }) => controller.abort() },
  stop: { strike: ({ run }) => run?.stop() },
  close: { strike: ({ tab }) => tab.api.close() },
  unload: { strike: ({ tab, model }) => tab.api.unload(model) },
  'quota full': ofOrigin(({ directory }) => {
    directory.quotaBytes = directory.usedBytes + 12_000;
  }, false),
  'storage refused': ofStorage('refuses'),
  'storage hangs': ofStorage('hangs'),
  'lock refused': ofOrigin(({ locks }) => {
    locks.refuses = true;
  }),
  '403': ofServer(() => status(403)),
  '429': ofServer(() => status(429)),
  '503': ofServer(() => status(503)),
  timeout: ofServer((bytes) => stalled(bytes, () => {})),
  'connection cut': ofServer(brokenOff),
  'HTML page': ofServer(() => htmlPage),
  'wrong hash': ofServer(
    (bytes) => (response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.end(bytes.with(bytes.length >> 1, bytes[bytes.length >> 1] ^ 1));
    },
    true,
  ),
  'tab frozen': {
    strike: async ({ world }) => {
      for (let turn = 0; turn < 20; turn++) await nextTurn();
      // Whatever was to happen meanwhile happens at once when the tab thaws.
      world.timer.stall(0);
      vi.advanceTimersByTime(1000);
    },
  },
};

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await nextTurn();
};

/** More tokens than one pass of a prefill takes. */
const longPrompt = 'once upon a time '.repeat(20);

const requestTo = (prompt: string, maxTokens: number): DecodeRequest => ({
  prompt,
  maxTokens,
  seed: 1,
  method: { kind: 'plain', model: 'a' },
});

/** Requests on their way, by name, and the gates that hold them. */
interface Stage {
  readonly gates: readonly Gate[];
  readonly requests: Readonly<Record<string, Promise<unknown>>>;
  /** Requests of another tab, which may end in any way. */
  readonly others?: Promise<unknown>;
}

/** Asks for what the situation is about. */
async function begin(scene: Scene): Promise<Stage> {
  const { world, situation, tab, controller } = scene;
  const { signal } = controller;
  const decode = (prompt: string, options = {}) => {
    scene.run = tab.api.decode(requestTo(prompt, 12), options);
    return scene.run.result;
  };
  switch (situation) {
    case 'opening':
      return { gates: [world.hold('opening')], requests: { load: tab.api.load('a', { signal }) } };
    case 'first load':
      return { gates: [world.hold('weights a')], requests: { load: tab.api.load('a', { signal }) } };
    case 'load beside a decode': {
      const round = world.hold('forward', 3);
      const decoding = decode('once');
      await round.reached;
      const load = tab.api.load('b', { signal });
      return { gates: [world.hold('weights b'), round], requests: { load, decode: decoding } };
    }
    case 'prefill':
      return { gates: [world.hold('forward')], requests: { decode: decode(longPrompt, { signal }) } };
    case 'round':
      return { gates: [world.hold('forward', 3)], requests: { decode: decode('once', { signal }) } };
    case 'candidates': {
      const query = { request: requestTo('once', 1), tokenIds: [1, 2, 3], position: 2 };
      return {
        gates: [world.hold('forward')],
        requests: { candidates: tab.api.candidates(query, { signal }) },
      };
    }
    case 'idle':
      return { gates: [], requests: {} };
    case 'second tab': {
      const gate = world.hold('weights a');
      const others = tab.api.load('a', { signal }).catch(() => {});
      const [, second] = world.tabs;
      return { gates: [gate], requests: { load: second!.api.load('a') }, others };
    }
  }
}

/** Runs one cell of the matrix in a world of its own. */
export async function runCell(fault: Fault, situation: Situation, server: FileServer): Promise<CellOutcome> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const world = new FaultWorld(server);
  const clock = new Clock(world);
  try {
    return await runIn(world, clock, fault, situation);
  } finally {
    clock.stop();
    await world.end();
    vi.useRealTimers();
  }
}

async function runIn(
  world: FaultWorld,
  clock: Clock,
  fault: Fault,
  situation: Situation,
): Promise<CellOutcome> {
  const kind = faultKinds[fault];
  const tab = await world.openTab();
  const asking = situation === 'second tab' ? await world.openTab() : tab;
  const model = situation === 'load beside a decode' ? 'b' : 'a';
  const scene: Scene = { world, situation, tab, model, run: null, controller: new AbortController() };
  if (!['opening', 'first load', 'second tab'].includes(situation)) await tab.api.load('a');
  kind.arrange?.(scene);
  if (fault === 'timeout' || fault === 'storage hangs') void clock.run();
  const { gates, requests, others } = await begin(scene);
  const outcomes = Object.entries(requests).map(
    async ([name, request]) => [name, await outcomeOf(request)] as const,
  );
  // What a server refuses is not held.
  await Promise.race([gates[0]?.reached, outcomes[0]]);
  const call = kind.strike?.(scene);
  const called = call instanceof Promise ? outcomeOf(call) : 'resolves';
  await turns();
  for (const gate of gates) gate.open();
  const seen = await Promise.all(outcomes);
  const sees = seen.map(([name, outcome]) => (seen.length > 1 ? `${name} ${outcome}` : outcome));
  if ((await called) !== 'resolves') sees.push(`the call ${await called}`);
  sees.push(...(await leftovers(world, scene, fault, seen)));
  await others;
  await turns();
  const { state } = await asking.engine.info();
  const isServerWell = !kind.lasts && situation !== 'idle';
  if (isServerWell) {
    world.calm();
    clock.stop();
  }
  // From storage, as far as it answers.
  if (situation === 'idle' && state === 'open') await asking.api.unload('a').catch(() => {});
  const next = await nextOutcome(asking);
  // Who connects again finds what was stored.
  const again = next === 'worker-lost' ? await nextOutcome(await world.openTab()) : 'resolves';
  if (again !== 'resolves') sees.push(`a new connection ${again}`);
  return { sees: sees.join(', ') || 'nothing', state: asking.isDead ? 'gone' : state, next };
}

/** What should not be. */
async function leftovers(
  world: FaultWorld,
  { tab }: Scene,
  fault: Fault,
  seen: readonly (readonly [string, string])[],
): Promise<string[]> {
  const problems: string[] = [];
  if (seen.some(([, outcome]) => /integrity|storage-full/.test(outcome))) {
    const parts = await world.parts();
    if (parts.length > 0) problems.push(`storage keeps a part of ${parts}`);
  }
  const isLost = fault.startsWith('device lost');
  if (isLost === (tab.losses.length === 0)) problems.push(`onLost is told ${tab.losses.length} times`);
  return problems;
}

async function nextOutcome({ api }: Tab): Promise<string> {
  const load = await outcomeOf(api.load('a'));
  return load === 'resolves' ? outcomeOf(api.decode(requestTo('once more', 3)).result) : load;
}

/** What a caller sees, in a word or two. */
async function outcomeOf(request: Promise<unknown>): Promise<string> {
  let patience: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<string>((resolve) => {
    patience = setTimeout(() => resolve('hangs'), 10_000);
  });
  const outcome = request.then(
    (value) => {
      const { finishReason, resumed = [] } = (value ?? {}) as Partial<DecodeResult>;
      if (finishReason === 'abort') return 'abort';
      return resumed.length > 0 ? 'resumes' : 'resolves';
    },
    (error: Error) => {
      if (error.name === 'AbortError') return 'AbortError';
      if (!(error instanceof EngineError)) return `fails with ${error}`;
      const { reason } = error.details;
      return typeof reason === 'string' ? `${error.code} (${reason})` : error.code;
    },
  );
  try {
    return await Promise.race([outcome, hangs]);
  } finally {
    clearTimeout(patience);
  }
}

/** Lets the time pass that it takes to notice a fault, and no time for what is merely slow. */
class Clock {
  readonly #world: FaultWorld;
  #isOn = true;

  constructor(world: FaultWorld) {
    this.#world = world;
  }

  async run(): Promise<void> {
    const { timer } = this.#world;
    let noticed = 0;
    let seconds = 0;
    while (this.#isOn) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      timer.stall(stalledTurns);
      const { unanswered } = this.#world;
      if (unanswered > noticed) seconds = patienceSeconds;
      noticed = unanswered;
      if (seconds-- > 0) vi.advanceTimersByTime(1000);
    }
  }

  stop(): void {
    this.#isOn = false;
  }
}

/** Turns of the event loop, which server and client share, without a byte. */
const stalledTurns = 12;
/** More than storage is given. */
const patienceSeconds = 31;
