import { afterEach, expect, test } from 'vitest';
import type { DecodeResult, EngineApi } from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import { startRun } from '../../engine/start-run.ts';
import { EngineError } from '../../errors/engine-error.ts';
import type { Round } from '../../round/round.ts';
import { SeeApp } from './see-app.ts';
import { seenRuns } from './see-run.ts';
import { forward, proposal, round } from './testing/made-rounds.ts';

/** " red cap": two calls a word. */
const referenceRounds = [
  round(
    0,
    100,
    [forward(0, 'prefill', 0, 50), forward(1, 'prefill', 50, 40)],
    [proposal(null, ' A', 'drawn')],
  ),
  round(
    1,
    200,
    [forward(0, 'score', 100, 40), forward(1, 'score', 145, 40)],
    [proposal(null, ' red', 'drawn')],
  ),
  round(
    2,
    300,
    [forward(0, 'score', 200, 40), forward(1, 'score', 245, 40)],
    [proposal(null, ' cap', 'drawn')],
  ),
];
/** The same words; a proposal is refused on the way. */
const turnsRounds = [
  referenceRounds[0],
  round(
    1,
    160,
    [forward(0, 'draft', 100, 25), forward(1, 'score', 130, 25)],
    [proposal(0, ' red', 'accepted')],
  ),
  round(
    2,
    190,
    [forward(0, 'score', 162, 25)],
    [proposal(1, ' hat', 'rejected'), proposal(null, ' cap', 'recovered')],
  ),
];

const resultOf = (rounds: readonly Round[]): DecodeResult =>
  ({ rounds, tokenIds: rounds.flatMap(({ committed }) => committed) }) as unknown as DecodeResult;

const recorded = (tokenIds?: readonly number[]) => {
  const turns = resultOf(turnsRounds);
  return seenRuns('Once', {
    reference: resultOf(referenceRounds),
    turns: tokenIds ? { ...turns, tokenIds } : turns,
    pairs: Array.from({ length: 5 }, () => ({ methodMs: 2, referenceMs: 3 })),
  });
};

/** Shows time as the test sets it. */
class TestClock {
  ms = 0;
  now = () => this.ms;
  after = () => () => {};
}

/** Answers both ways as the tables above say, when `gate` opens. */
class ScriptedEngine {
  readonly loaded: string[] = [];
  readonly prompts: string[] = [];
  gate: Promise<void> = Promise.resolve();
  loadError: EngineError | null = null;
  decodeError: EngineError | null = null;
  stopped = 0;
  isClosed = false;
  lose: (error: EngineError) => void = () => {};
  readonly api = {
    load: async (id: string, { signal, onProgress }: Parameters<EngineApi['load']>[1] & object) => {
      onProgress?.({
        modelId: id,
        stage: 'download',
        file: null,
        filesDone: 0,
        filesTotal: 1,
        bytesLoaded: 2e6,
        bytesTotal: 5e6,
        cached: false,
      });
      await this.gate;
      signal?.throwIfAborted();
      if (this.loadError) throw this.loadError;
      this.loaded.push(id);
    },
    decode: (request: DecodeRequest) =>
      startRun(
        undefined,
        async (stream, signal) => {
          signal.addEventListener('abort', () => this.stopped++);
          this.prompts.push(request.prompt ?? '');
          if (this.decodeError) throw this.decodeError;
          const { method } = request;
          const isTurns = method.kind === 'collaborative' && method.schedule === 'alternate';
          const result = resultOf(isTurns ? turnsRounds : referenceRounds);
          for (const one of result.rounds) await stream.push(one, signal);
          return result;
        },
        async () => {},
      ),
    close: async () => {
      this.isClosed = true;
    },
  } as unknown as EngineApi;
}

async function open(engines: ScriptedEngine[], changes: Partial<SeeApp['provider']> = {}) {
  const app = new SeeApp();
  const clock = new TestClock();
  app.clock = clock;
  app.provider = {
    fetchRecording: async () => recorded(),
    downloadBytes: async () => 14_200_000,
    missingFeatures: () => [],
    connectEngine: async (onLost) => {
      const engine = engines.shift();
      if (!engine) throw new EngineError('worker-lost', 'no engine left');
      engine.lose = onLost;
      return engine.api;
    },
    ...changes,
  };
  document.body.append(app);
  await app.updateComplete;
  return { app, clock };
}

const root = (app: SeeApp): ShadowRoot => app.shadowRoot!;
const wordsOf = (text: string | null | undefined): string => (text ?? '').replace(/\s+/g, ' ').trim();
const textOf = (app: SeeApp, selector: string): string =>
  wordsOf(root(app).querySelector(selector)?.textContent);
const paneText = (app: SeeApp, index: number, selector = '.text'): string => {
  const pane = root(app).querySelectorAll('antiphon-see-pane')[index];
  return wordsOf(pane?.shadowRoot?.querySelector(selector)?.textContent);
};
const buttonOf = (app: SeeApp, name: string): HTMLButtonElement | undefined =>
  [...root(app).querySelectorAll('button')].find(({ textContent }) => wordsOf(textContent) === name);
const press = (app: SeeApp, name: string): void => {
  const button = buttonOf(app, name);
  expect(button, name).toBeDefined();
  button?.click();
};

afterEach(() => document.body.replaceChildren());

test('the recording plays on the slowed clock: the same words in both panes, each after its own time', async () => {
  const { app, clock } = await open([]);
  await expect.poll(() => paneText(app, 0)).toBe('Once A');
  // Three words take 750 ms: 200 ms of true time, 3.75 times slower.
  expect(textOf(app, '.speed')).toBe('A recording, slowed 3.8 times');
  clock.ms = 60 * 3.75;
  await expect.poll(() => paneText(app, 1)).toBe('Once A red hat');
  expect(paneText(app, 0)).toBe('Once A');
  clock.ms = 90 * 3.75;
  await expect.poll(() => paneText(app, 1)).toBe('Once A red hat cap');
  expect(paneText(app, 1, '.foot')).toContain('3 model callsfinished after 0.09 s');
  expect(paneText(app, 0, '.foot')).toContain('2 model calls0.09 s');
  clock.ms = 751;
  await expect.poll(() => paneText(app, 0)).toBe('Once A red cap');
  expect(textOf(app, '[role=status]')).toBe(
    'Both stories are finished: identical text, 25 % fewer model calls, 1.50 times as fast.',
  );
});

test('who listens hears a story without refused words, and no live region holds one', async () => {
  const { app, clock } = await open([]);
  await expect.poll(() => app.playback).not.toBeNull();
  clock.ms = 1000;
  await expect.poll(() => paneText(app, 1)).toBe('Once A red hat cap');
  const [, turns] = root(app).querySelectorAll('antiphon-see-pane');
  const text = turns.shadowRoot!.querySelector('.text')!.cloneNode(true) as Element;
  for (const hidden of text.querySelectorAll('[aria-hidden]')) hidden.remove();
  expect(wordsOf(text.textContent)).toBe('Once A red cap');
  expect(turns.shadowRoot!.querySelector('[aria-live], [role=status], [role=log]')).toBeNull();
});

test('the slider leads to true speed, and the story can be paused and watched again', async () => {
  const { app, clock } = await open([]);
  await expect.poll(() => buttonOf(app, 'Pause')).toBeDefined();
  const slider = root(app).querySelector<HTMLInputElement>('input[type=range]')!;
  slider.value = '1';
  slider.dispatchEvent(new Event('input'));
  await app.updateComplete;
  expect(textOf(app, '.speed')).toBe('A recording, true speed');
  expect(slider.getAttribute('aria-valuetext')).toBe('true speed');
  clock.ms = 50;
  press(app, 'Pause');
  clock.ms = 5000;
  await app.updateComplete;
  expect(paneText(app, 0)).toBe('Once A');
  press(app, 'Play');
  clock.ms = 5201;
  await expect.poll(() => buttonOf(app, 'Watch again')).toBeDefined();
  press(app, 'Watch again');
  await app.updateComplete;
  expect(paneText(app, 0)).toBe('Once A');
});

test('out of sight the recording waits', async () => {
  const { app, clock } = await open([]);
  await expect.poll(() => buttonOf(app, 'Pause')).toBeDefined();
  const setHidden = (hidden: boolean): void => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  };
  try {
    setHidden(true);
    clock.ms = 60_000;
    setHidden(false);
  } finally {
    Reflect.deleteProperty(document, 'hidden');
  }
  await app.updateComplete;
  expect(paneText(app, 0)).toBe('Once A');
  expect(buttonOf(app, 'Pause')).toBeDefined();
});

test.each([
  [undefined, 'In the end: identical text, 25 % fewer model calls'],
  [[1, 1, 2], 'In the end: the texts differ, because rounding decided a near tie, 25 % fewer model calls'],
])('a tick stands at the end where all tokens are equal: %j', async (tokenIds, claim) => {
  const { app, clock } = await open([], { fetchRecording: async () => recorded(tokenIds) });
  await expect.poll(() => textOf(app, '.claim')).toContain(claim);
  expect(textOf(app, '.claim')).not.toContain('✓');
  clock.ms = 1000;
  await expect.poll(() => buttonOf(app, 'Watch again')).toBeDefined();
  expect(textOf(app, '.claim').startsWith('✓')).toBe(tokenIds === undefined);
});

test('a live run says what it loads, writes both ways, measures, and keeps the engine for the next', async () => {
  const engine = new ScriptedEngine();
  const { app } = await open([engine]);
  await expect.poll(() => textOf(app, '.live .hint')).toBe('Loads 15 MB once. Nothing leaves this device.');
  let letThrough = (): void => {};
  engine.gate = new Promise((resolve) => {
    letThrough = resolve;
  });
  press(app, 'Write one live');
  await expect.poll(() => textOf(app, '.working')).toBe('Loading model A: 2.0 MB of 5.0 MB … Cancel');
  expect(textOf(app, '[role=status]')).toBe('Loading model A.');
  letThrough();
  await expect.poll(() => app.playback?.place).toBe('here');
  await app.updateComplete;
  expect(engine.loaded).toEqual(['story-fairy', 'story-space']);
  expect(engine.prompts.slice(0, 2)).toEqual(['Once upon a time', 'Once upon a time']);
  // 100 ms a word beside 45.
  expect(textOf(app, '.claim')).toMatch(
    /identical text, 25 % fewer model calls, 2\.22 times as fast on this device/,
  );
  expect(textOf(app, '.claim')).toContain('median of 7 repeats, ');
  expect(textOf(app, '.live .hint')).toBe('The models are loaded. Nothing leaves this device.');
  press(app, 'Write one live');
  await expect.poll(() => engine.prompts.length).toBe(36);
  expect(engine.loaded).toHaveLength(2);
});

test('cancel returns to the form at once; the engine under way closes, and the next story gets another', async () => {
  const [slow, next] = [new ScriptedEngine(), new ScriptedEngine()];
  let letThrough = (): void => {};
  slow.gate = new Promise((resolve) => {
    letThrough = resolve;
  });
  const { app } = await open([slow, next]);
  const button = buttonOf(app, 'Write one live')!;
  button.focus();
  button.click();
  await expect.poll(() => textOf(app, '.working')).toContain('Loading model A');
  await expect.poll(() => wordsOf(root(app).activeElement?.textContent)).toBe('Cancel');
  press(app, 'Cancel');
  await app.updateComplete;
  expect(wordsOf(root(app).activeElement?.textContent)).toBe('Write one live');
  press(app, 'Write one live');
  letThrough();
  await expect.poll(() => app.playback?.place).toBe('here');
  await expect.poll(() => slow.isClosed).toBe(true);
  expect(slow.loaded).toEqual([]);
  expect(next.isClosed).toBe(false);
});

test('a failure says what to do, and the next try begins with a new engine', async () => {
  const [broken, next] = [new ScriptedEngine(), new ScriptedEngine()];
  broken.loadError = new EngineError('download', 'https://example.test/model.onnx answered 503');
  const { app } = await open([broken, next]);
  await expect.poll(() => app.playback).not.toBeNull();
  press(app, 'Write one live');
  await expect.poll(() => textOf(app, '[role=alert]')).toContain('A file could not be downloaded.');
  expect(broken.isClosed).toBe(true);
  press(app, 'Try again');
  await expect.poll(() => app.playback?.place).toBe('here');
  expect(root(app).querySelector('[role=alert]')).toBeNull();
});

test('what could not be downloaded is tried again when the connection is back', async () => {
  const [broken, next] = [new ScriptedEngine(), new ScriptedEngine()];
  broken.loadError = new EngineError('download', 'no answer');
  const { app } = await open([broken, next]);
  await expect.poll(() => app.playback).not.toBeNull();
  press(app, 'Write one live');
  await expect.poll(() => textOf(app, '[role=alert]')).toContain('could not be downloaded');
  dispatchEvent(new Event('online'));
  await expect.poll(() => app.playback?.place).toBe('here');
});

test('an engine lost between two stories is opened anew', async () => {
  const [first, second] = [new ScriptedEngine(), new ScriptedEngine()];
  const { app } = await open([first, second]);
  await expect.poll(() => app.playback).not.toBeNull();
  press(app, 'Write one live');
  await expect.poll(() => textOf(app, '.live .hint')).toContain('The models are loaded.');
  first.lose(new EngineError('worker-lost', 'the worker died'));
  await expect.poll(() => textOf(app, '.live .hint')).toContain('Loads 15 MB once.');
  press(app, 'Write one live');
  await expect.poll(() => second.prompts.length).toBe(18);
});

test('a browser that lacks something says so, and still plays the recording', async () => {
  const { app } = await open([], { missingFeatures: () => ['WebAssembly'] });
  await expect.poll(() => paneText(app, 0)).toBe('Once A');
  press(app, 'Write one live');
  await expect.poll(() => textOf(app, '[role=alert]')).toContain('It lacks WebAssembly.');
});

test('a recording that does not arrive is told, and asked for again', async () => {
  let isThere = false;
  const { app } = await open([], {
    fetchRecording: async () => {
      if (!isThere) throw new EngineError('download', 'The recorded story could not be fetched');
      return recorded();
    },
  });
  await expect.poll(() => textOf(app, '[role=alert]')).toContain('The recorded story is missing');
  isThere = true;
  press(app, 'Try again');
  await expect.poll(() => paneText(app, 0)).toBe('Once A');
});

test.each([
  ['Once upon a time', 'Loads 15 MB once. Nothing leaves this device.', true],
  ['Érase 🐉', 'These small models know simple English only and cannot read É 🐉.', true],
  ['Habia una vez un perro', 'These small models know simple English only.', true],
  ['   ', 'Loads 15 MB once. Nothing leaves this device.', false],
  ['', 'Loads 15 MB once. Nothing leaves this device.', false],
])('the opening "%s": %s', async (opening, hint, isValid) => {
  const { app } = await open([]);
  await expect.poll(() => textOf(app, '.live .hint')).toContain('15 MB');
  const input = root(app).querySelector<HTMLInputElement>('input[list]')!;
  input.value = opening;
  input.dispatchEvent(new InputEvent('input'));
  await app.updateComplete;
  expect(textOf(app, '.live .hint')).toBe(hint);
  expect(input.checkValidity()).toBe(isValid);
});

test('no word of the field stands on the first screen', async () => {
  const { app } = await open([]);
  await expect.poll(() => app.playback).not.toBeNull();
  const panes = [...root(app).querySelectorAll('antiphon-see-pane')].map(
    (pane) => pane.shadowRoot!.textContent,
  );
  expect([root(app).textContent, ...panes].join(' ')).not.toMatch(
    /CoS\b|[γλμ]|sequential|speculat|\btokens?\b|forward|member/i,
  );
});
