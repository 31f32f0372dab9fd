import { afterEach, expect, test } from 'vitest';
import type { DecodeResult, EngineApi, EngineInfo } from '../../engine/engine-api.ts';
import { startRun } from '../../engine/start-run.ts';
import { EngineError } from '../../errors/engine-error.ts';
import type { Round } from '../../round/round.ts';
import { AntiphonApp } from './antiphon-app.ts';

const wasm: EngineInfo = {
  state: 'open',
  backend: 'wasm',
  backendReason: 'WASM, because WebGPU is not used: the browser found no graphics adapter for it.',
  threads: 2,
  models: [],
  liveGpuBuffers: 0,
  liveGpuBytes: 0,
};

/** An engine whose loads and runs fail when the test says so. */
class FailingEngine {
  loadError: EngineError | null = null;
  readonly loadErrors = new Map<string, EngineError>();
  failRun: (error: EngineError) => void = () => {};
  readonly api = {
    load: async (id: string) => {
      const error = this.loadErrors.get(id) ?? this.loadError;
      if (error) throw error;
      return { id, title: id, notes: [], noise: { maxLogitDifference: 0, meanTotalVariation: 0 } };
    },
    info: async () => wasm,
    decode: () =>
      startRun(
        undefined,
        (stream, signal) =>
          new Promise<DecodeResult>((_resolve, reject) => {
            this.failRun = reject;
            void stream.push(firstRound, signal);
          }),
        async () => {},
      ),
    close: async () => {},
  } as unknown as EngineApi;
}

const firstRound = drawnRound(' there was');

function drawnRound(text: string): Round {
  const nothing = { forward: 0, readback: 0, sample: 0, text: 0 };
  const proposal = {
    text,
    fate: 'drawn',
    tokenId: 1,
    proposer: null,
    q: null,
    r: 1,
    u: null,
    deviation: null,
  };
  return {
    index: 0,
    atMs: 1,
    forwards: [],
    proposals: [proposal],
    committed: [1],
    text,
    kvLengths: [],
    draftLengths: [],
    msByPhase: nothing,
    readbacks: 0,
  } as unknown as Round;
}

function open(engines: FailingEngine[]): AntiphonApp {
  const app = new AntiphonApp();
  app.provider = {
    missingFeatures: () => [],
    listModels: async () => [],
    openEngine: async () => {
      const engine = engines.shift();
      if (!engine) throw new EngineError('worker-lost', 'no engine left');
      return engine.api;
    },
  };
  document.body.append(app);
  return app;
}

/** All text in the element, also of the elements in it. */
function textOf(element: Element): string {
  const inner = [...(element.shadowRoot?.querySelectorAll('*') ?? [])].filter((child) => child.shadowRoot);
  return [element.shadowRoot?.textContent ?? '', ...inner.map(textOf)].join(' ').replace(/\s+/g, ' ');
}

/** The text in closed `details`. */
function foldedText(element: Element): string {
  const { shadowRoot } = element;
  const own = [...(shadowRoot?.querySelectorAll('details:not([open])') ?? [])].map(
    (each) => each.textContent,
  );
  const inner = [...(shadowRoot?.querySelectorAll('*') ?? [])].filter((child) => child.shadowRoot);
  return [...own, ...inner.map(foldedText)].join(' ');
}

function buttonOf(element: Element, name: string): HTMLButtonElement | undefined {
  const roots = [element, ...(element.shadowRoot?.querySelectorAll('*') ?? [])];
  const own = [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
  return (
    own.find((button) => button.textContent?.trim() === name) ??
    roots
      .slice(1)
      .filter((child) => child.shadowRoot)
      .map((child) => buttonOf(child, name))
      .find((button) => button !== undefined)
  );
}

afterEach(() => {
  document.body.replaceChildren();
  history.replaceState(null, '', location.pathname + location.search);
  localStorage.clear();
});

test.each([
  ['worker-lost', 'The engine stopped unexpectedly.'],
  ['out-of-memory', 'There is not enough memory for this.'],
] as const)('a run that ends with %s keeps its text, and goes on with a new engine', async (code, words) => {
  const engine = new FailingEngine();
  const app = open([engine, new FailingEngine()]);
  await expect.poll(() => buttonOf(app, 'Start')?.disabled).toBe(false);
  buttonOf(app, 'Start')?.click();
  await expect.poll(() => textOf(app)).toContain('there was');
  engine.failRun(new EngineError(code, 'the words of the engine'));
  await expect.poll(() => textOf(app)).toContain(words);
  expect(textOf(app)).toContain('the words of the engine');
  expect(textOf(app)).toContain(`Code: ${code}`);
  // What took the memory, and how much of it there is, is not folded away.
  const isFolded = foldedText(app).includes('the words of the engine');
  expect(isFolded).toBe(code !== 'out-of-memory');
  expect(buttonOf(app, 'Continue')).toBeUndefined();
  buttonOf(app, 'Restart the engine')?.click();
  await expect.poll(() => buttonOf(app, 'Continue')).toBeDefined();
  expect(textOf(app)).toContain('there was');
  expect(buttonOf(app, 'Restart the engine')).toBeUndefined();
});

test('models that found no memory are told in one box, whose button starts the engine anew', async () => {
  const engine = new FailingEngine();
  engine.loadError = new EngineError('out-of-memory', 'the heap is full');
  const app = open([engine, new FailingEngine()]);
  await expect.poll(() => textOf(app)).toMatch(/story-fairy and story-space could not be loaded/);
  expect(textOf(app).match(/There is not enough memory/g)).toHaveLength(1);
  buttonOf(app, 'Restart the engine')?.click();
  await expect.poll(() => buttonOf(app, 'Start')?.disabled).toBe(false);
});

test('a model that nobody knows is told with those there are, and one of them takes its place', async () => {
  const engine = new FailingEngine();
  const known = ['story-fairy', 'story-space'];
  engine.loadErrors.set('nope', new EngineError('model-load', 'no such id', { details: { known } }));
  location.hash = 'prompt=Long+ago&model1=nope&model2=story-space';
  const app = open([engine]);
  await expect.poll(() => textOf(app)).toContain('nope could not be loaded');
  expect(textOf(app)).toContain('There is no model with this name.');
  expect(buttonOf(app, 'Try again')).toBeUndefined();
  buttonOf(app, 'story-fairy')?.click();
  await expect.poll(() => buttonOf(app, 'Start')?.disabled).toBe(false);
  expect(textOf(app)).not.toContain('could not be loaded');
});

test('that there is no WebGPU, and why, stands in sight', async () => {
  const app = open([new FailingEngine()]);
  await expect
    .poll(
      () =>
        app.shadowRoot?.querySelector('antiphon-backend-line')?.shadowRoot?.querySelector('summary')
          ?.textContent,
    )
    .toContain(
      'WebAssembly, 2 threads, because WebGPU is not used: the browser found no graphics adapter for it',
    );
});
