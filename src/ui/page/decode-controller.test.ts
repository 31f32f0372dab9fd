import type { ReactiveControllerHost } from 'lit';
import { describe, expect, test } from 'vitest';
import type { Candidates } from '../../decode/candidates.ts';
import type { CandidatesQuery } from '../../engine/candidates-query.ts';
import type {
  DecodeOptions,
  DecodeResult,
  DecodeRun,
  EngineApi,
  LoadedModel,
  LoadOptions,
} from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import { EngineError, type EngineErrorCode } from '../../errors/engine-error.ts';
import type { Proposal, Round } from '../../round/round.ts';
import { tokenId } from '../../tokens/token-id.ts';
import { newChat } from '../form/chat-form.ts';
import { initialForm, type MethodChoice, neededModels } from '../form/request-form.ts';
import { startModels } from '../models/default-models.ts';
import { backgroundLoad, hasModels, isLoading } from '../models/engine-state.ts';
import { announcement } from '../story/announcement.ts';
import { lastPart } from '../story/run-parts.ts';
import { shownText } from '../story/story.ts';
import { DecodeController } from './decode-controller.ts';
import type { PageRun } from './page-run.ts';

const form = initialForm(7);
const needs = (method: MethodChoice) => neededModels({ ...form, method });

function drawnRound(index: number, text: string): Round {
  return {
    index,
    atMs: index,
    forwards: [],
    proposals: [
      {
        text,
        fate: 'drawn',
        tokenId: tokenId(1),
        proposer: null,
        q: null,
        r: 1,
        u: null,
        deviation: null,
      } as Proposal,
    ],
    committed: [tokenId(1)],
    text,
    kvLengths: [],
    draftLengths: [],
    msByPhase: { forward: 0, readback: 0, sample: 0, text: 0 },
    readbacks: 0,
  };
}

/** A run whose rounds and end the test decides. */
class ScriptedRun implements DecodeRun {
  readonly onPrefill: DecodeOptions['onPrefill'];
  readonly result: Promise<DecodeResult>;
  isStopped = false;
  #resolve: (result: DecodeResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  readonly #rounds = new TransformStream<Round, Round>(
    undefined,
    { highWaterMark: 99 },
    { highWaterMark: 99 },
  );
  readonly #writer = this.#rounds.writable.getWriter();

  constructor(onPrefill: DecodeOptions['onPrefill']) {
    this.onPrefill = onPrefill;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Round> {
    yield* this.#rounds.readable;
  }

  stop(): void {
    this.isStopped = true;
  }

  async update(): Promise<void> {}

  push(round: Round): Promise<void> {
    return this.#writer.write(round);
  }

  async end(
    text: string,
    finishReason: DecodeResult['finishReason'],
    written: { request?: DecodeRequest; rounds?: readonly Round[] } = {},
  ): Promise<void> {
    await this.#writer.close();
    const { rounds = [] } = written;
    const plain: DecodeRequest = { method: { kind: 'plain', model: 'story-base' } };
    const request = (written.request ?? plain) as DecodeResult['request'];
    const tokenIds = [tokenId(1), tokenId(1)];
    const result: Partial<DecodeResult> = { text, finishReason, seed: 7, request, rounds, tokenIds };
    this.#resolve(result as DecodeResult);
  }

  fail(error: Error): void {
    this.#writer.abort(error).catch(() => {});
    this.#reject(error);
  }
}

function latch(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function aborted(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
}

class ScriptedEngine implements EngineApi {
  readonly runs: ScriptedRun[] = [];
  readonly requests: DecodeRequest[] = [];
  /** What was asked about tokens. */
  readonly queries: CandidatesQuery[] = [];
  readonly loaded: string[] = [];
  /** Thrown by the next load of each model, once. */
  readonly loadErrors = new Map<string, Error>();
  isClosed = false;
  /** Where its models run. */
  backend: 'wasm' | 'webgpu' = 'wasm';
  /** Tells that the worker died, or the GPU device. */
  die = (_error: EngineError): void => {};
  readonly #held = new Map<string, { readonly ask: () => void; readonly released: Promise<void> }>();

  /** Keeps the load of a model under way until it is released. */
  hold(id: string): { readonly asked: Promise<void>; readonly release: () => void } {
    const asked = latch();
    const released = latch();
    this.#held.set(id, { ask: asked.open, released: released.opened });
    return { asked: asked.opened, release: released.open };
  }

  async load(id: string, options?: LoadOptions): Promise<LoadedModel> {
    this.#held.get(id)?.ask();
    await Promise.race([this.#held.get(id)?.released, aborted(options?.signal)]);
    options?.signal?.throwIfAborted();
    options?.onProgress?.({
      modelId: id,
      stage: 'download',
      file: 'onnx/model_q4.onnx',
      filesDone: 1,
      filesTotal: 5,
      bytesLoaded: 10,
      bytesTotal: 100,
      cached: false,
    });
    const error = this.loadErrors.get(id);
    this.loadErrors.delete(id);
    if (error) throw error;
    this.loaded.push(id);
    return { id, title: id, backend: this.backend } as LoadedModel;
  }

  decode(request: DecodeRequest, { onPrefill }: DecodeOptions = {}): ScriptedRun {
    this.requests.push(request);
    const run = new ScriptedRun(onPrefill);
    this.runs.push(run);
    return run;
  }

  estimate(): Promise<never> {
    return Promise.reject(new Error('nobody asks'));
  }

  async storedModels(): Promise<Awaited<ReturnType<EngineApi['storedModels']>>> {
    return { models: [], bytes: 0, usedBytes: null, quotaBytes: null, persisted: false };
  }

  async deleteStored(): Promise<number> {
    return 0;
  }

  async candidates(query: CandidatesQuery): Promise<Candidates> {
    this.queries.push(query);
    return { members: [], combined: { top: [], token: null } };
  }

  async measureForwards(): Promise<never> {
    throw new EngineError('invalid-request', 'the page of these tests measures no forwards');
  }

  async info(): Promise<Awaited<ReturnType<EngineApi['info']>>> {
    return {
      state: 'open',
      backend: 'wasm',
      backendReason: '',
      threads: 1,
      models: [],
      liveGpuBuffers: 0,
      liveGpuBytes: 0,
    };
  }

  async unload(id: string): Promise<void> {
    this.loaded.splice(this.loaded.indexOf(id), 1);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/**
 * A host that only records what an onlooker would have seen at each change.
 * @param waiting the engines that will be opened, in this order; one that is missing fails to start
 */
function connect(waiting: ScriptedEngine[], missing: readonly string[] = []) {
  const seen: string[] = [];
  const opened: string[] = [];
  const host: ReactiveControllerHost = {
    addController: () => {},
    removeController: () => {},
    requestUpdate: () => {
      const text = announcement(controller.engine, controller.run);
      if (seen.at(-1) !== text) seen.push(text);
    },
    updateComplete: Promise.resolve(true),
  };
  const controller = new DecodeController(host, () => ({
    missingFeatures: () => missing,
    openEngine: async ({ backend, hubUrl, onLost }) => {
      opened.push(backend + hubUrl);
      const engine = waiting.shift();
      if (!engine) throw new EngineError('worker-lost', 'no engine left');
      engine.die = onLost;
      return engine;
    },
    listModels: async () => [{ id: 'story-fairy', title: 'Fairy-tale teller' }],
  }));
  return { controller, seen, opened };
}

function storyText({ run }: DecodeController): string | null {
  return run.kind === 'idle' ? null : shownText(run.story);
}

describe('opening the page', () => {
  test('loads the two models of the default method, then the others in the background', async () => {
    const engine = new ScriptedEngine();
    const { controller, seen } = connect([engine]);
    await controller.restart();
    expect(engine.loaded).toEqual(['story-fairy', 'story-space', 'story-base', 'story-draft']);
    expect(isLoading(controller.engine)).toBe(false);
    expect(seen).toEqual(['Loading the models.', 'Ready to write.']);
  });

  test('is ready as soon as the default method has its models', async () => {
    const engine = new ScriptedEngine();
    const { controller } = connect([engine]);
    const base = engine.hold('story-base');
    const opened = controller.restart();
    await base.asked;
    expect(hasModels(controller.engine, needs('collaborative'))).toBe(true);
    expect(isLoading(controller.engine)).toBe(false);
    expect(backgroundLoad(controller.engine)?.id).toBe('story-base');
    base.release();
    await opened;
    expect(backgroundLoad(controller.engine)).toBeNull();
  });

  test('loads next what the chosen method needs', async () => {
    const engine = new ScriptedEngine();
    const { controller, seen } = connect([engine]);
    const fairy = engine.hold('story-fairy');
    const opened = controller.restart();
    await fairy.asked;
    const wanted = controller.want(['story-draft', 'a-model-of-ones-own']);
    fairy.release();
    await Promise.all([opened, wanted]);
    expect(engine.loaded).toEqual([
      'story-fairy',
      'story-draft',
      'a-model-of-ones-own',
      'story-space',
      'story-base',
    ]);
    expect(seen.at(-1)).toBe('Ready to write.');
  });

  test('ends the download of a model of elsewhere that is wanted no more, and forgets it', async () => {
    const engine = new ScriptedEngine();
    const { controller } = connect([engine]);
    const large = engine.hold('owner/large');
    const opened = controller.restart();
    const wanted = controller.want(['owner/large']);
    await large.asked;
    await Promise.all([opened, wanted, controller.want(['owner/small'])]);
    expect(engine.loaded).not.toContain('owner/large');
    expect(hasModels(controller.engine, ['owner/small', ...startModels])).toBe(true);
  });

  test('frees a model of elsewhere that is wanted no more before the next one is loaded', async () => {
    const engine = new ScriptedEngine();
    const { controller } = connect([engine]);
    await controller.restart();
    await controller.want(['owner/large', 'owner/small']);
    await controller.want(['owner/small', 'owner/other']);
    expect(engine.loaded).toEqual([...startModels, 'owner/small', 'owner/other']);
    expect(hasModels(controller.engine, ['owner/large'])).toBe(false);
    await controller.want(startModels);
    expect(hasModels(controller.engine, ['owner/small', 'owner/other'])).toBe(true);
  });

  test('keeps silent about a model in the background that fails, until it is wanted', async () => {
    const engine = new ScriptedEngine();
    engine.loadErrors.set('story-base', new EngineError('download', 'the server answered 404'));
    const { controller, seen } = connect([engine]);
    await controller.restart();
    expect(seen.at(-1)).toBe('Ready to write.');
    await controller.want(needs('plain'));
    expect(seen.at(-1)).toBe('A model could not be loaded.');
    await controller.want(needs('collaborative'));
    expect(seen.at(-1)).toBe('Ready to write.');
  });

  test('says what the browser lacks and starts nothing', async () => {
    const { controller } = connect([], ['WebAssembly']);
    await controller.restart();
    expect(controller.engine).toEqual({ kind: 'unsupported', missing: ['WebAssembly'] });
  });

  test('says that the engine did not start, and starts one when asked again', async () => {
    const engines: ScriptedEngine[] = [];
    const { controller } = connect(engines);
    await controller.restart();
    expect(controller.engine).toMatchObject({ kind: 'failed', failure: { code: 'worker-lost' } });
    engines.push(new ScriptedEngine());
    await controller.retry();
    expect(hasModels(controller.engine, startModels)).toBe(true);
  });

  test('keeps the methods that need no draft model when only that one fails, and retries it alone', async () => {
    const engine = new ScriptedEngine();
    engine.loadErrors.set('story-draft', new EngineError('download', 'the server answered 404'));
    const { controller, seen } = connect([engine]);
    await controller.restart();
    await controller.want(needs('draft-model'));
    expect(hasModels(controller.engine, needs('plain'))).toBe(true);
    expect(hasModels(controller.engine, needs('draft-model'))).toBe(false);
    expect(seen.at(-1)).toBe('A model could not be loaded.');
    await controller.retry();
    expect(engine.loaded).toEqual(['story-fairy', 'story-space', 'story-base', 'story-draft']);
    expect(hasModels(controller.engine, needs('draft-model'))).toBe(true);
  });

  test('asks again for what did not arrive when the connection is back, and for nothing else', async () => {
    const engine = new ScriptedEngine();
    engine.loadErrors.set('story-fairy', new EngineError('download', 'no connection'));
    const { controller } = connect([engine]);
    await controller.restart();
    await controller.retryDownloads();
    expect(hasModels(controller.engine, needs('collaborative'))).toBe(true);
    const calls = engine.loaded.length;
    await controller.retryDownloads();
    expect(engine.loaded.length).toBe(calls);
  });

  test('opens the engine on the backend and hub that are asked for, and anew on others', async () => {
    const { controller, opened } = connect([new ScriptedEngine(), new ScriptedEngine()]);
    await controller.openOn({ backend: 'wasm', hubUrl: '' });
    expect(opened).toEqual([]);
    await controller.restart();
    await controller.openOn({ backend: 'wasm', hubUrl: '' });
    await controller.openOn({ backend: 'webgpu', hubUrl: 'http://hub' });
    expect(opened).toEqual(['wasm', 'webgpuhttp://hub']);
    expect(hasModels(controller.engine, startModels)).toBe(true);
  });

  test('drops the answers of an engine that was replaced while it loaded', async () => {
    const [first, second] = [new ScriptedEngine(), new ScriptedEngine()];
    const { controller } = connect([first, second]);
    await Promise.all([controller.restart(), controller.restart()]);
    expect(first.isClosed).toBe(true);
    expect(first.loaded).toEqual([]);
    expect(second.loaded).toEqual(startModels);
  });
});

describe('a run', () => {
  async function opened(engines = [new ScriptedEngine()]) {
    const engine = engines[0];
    const { controller, seen } = connect(engines);
    await controller.restart();
    seen.length = 0;
    return { controller, seen, engine };
  }

  test('grows by rounds and ends with the result', async () => {
    const { controller, seen, engine } = await opened();
    const ended = controller.start(form);
    await engine.runs[0].push(drawnRound(0, ' there'));
    await engine.runs[0].push(drawnRound(1, ' was.'));
    await engine.runs[0].end(' there was.', 'end');
    await ended;
    expect(controller.run.kind).toBe('stopped');
    expect(storyText(controller)).toBe(' there was.');
    expect(seen).toEqual(['Writing.', 'The story came to its end after 2 tokens.']);
  });

  test('tells how far its prompts are read, and keeps telling while it is stopped', async () => {
    const { controller, engine } = await opened();
    const ended = controller.start(form);
    expect(controller.run).toMatchObject({ kind: 'running', prefill: null });
    controller.stop();
    engine.runs[0].onPrefill?.({ tokensFed: 256, tokensTotal: 600 });
    expect(controller.run).toMatchObject({ stopping: true, prefill: { tokensFed: 256, tokensTotal: 600 } });
    await engine.runs[0].end('', 'abort');
    await ended;
    // What an older run reports is dropped.
    engine.runs[0].onPrefill?.({ tokensFed: 600, tokensTotal: 600 });
    expect(controller.run.kind).toBe('stopped');
  });

  test('is cut at a stop string as its result is', async () => {
    const { controller, engine } = await opened();
    const ended = controller.start({ ...form, stopLines: 'was' });
    await engine.runs[0].push(drawnRound(0, ' there was'));
    await engine.runs[0].end(' there ', 'stop');
    await ended;
    expect(storyText(controller)).toBe(' there ');
  });

  test('asks the engine to stop once and keeps what was written', async () => {
    const { controller, seen, engine } = await opened();
    const ended = controller.start(form);
    controller.stop();
    expect(engine.runs[0].isStopped).toBe(true);
    await engine.runs[0].push(drawnRound(0, ' there'));
    await engine.runs[0].end(' there', 'abort');
    await ended;
    expect(seen).toEqual(['Writing.', 'Stopping.', 'Stopped after 1 token.']);
    expect(storyText(controller)).toBe(' there');
  });

  test('interrupts a load in the background and takes it up again, but not one that is wanted', async () => {
    const engine = new ScriptedEngine();
    const { controller } = connect([engine]);
    const base = engine.hold('story-base');
    const opened = controller.restart();
    await base.asked;
    const ended = controller.start(form);
    await opened;
    expect(engine.loaded).toEqual(['story-fairy', 'story-space']);
    expect(backgroundLoad(controller.engine)).toBeNull();
    base.release();
    await controller.want(['story-space', 'another']);
    expect(engine.loaded.at(-1)).toBe('another');
    const draft = engine.hold('story-draft');
    await engine.runs[0].end('', 'end');
    await ended;
    await draft.asked;
    expect(engine.loaded.at(-1)).toBe('story-base');
  });

  test('names who takes part by the titles of the catalogue', async () => {
    const engine = new ScriptedEngine();
    const { controller } = connect([engine]);
    controller.hostConnected();
    const draft = engine.hold('story-draft');
    await draft.asked;
    const ended = controller.start(form);
    await engine.runs[0].end('', 'end');
    await ended;
    expect(controller.run).toMatchObject({
      cast: [
        { letter: 'A', name: 'Fairy-tale teller' },
        { letter: 'B', name: 'story-space' },
      ],
    });
  });

  test('drops rounds and failures of an older run', async () => {
    const { controller, engine } = await opened();
    const older = controller.start(form);
    const newer = controller.start(form);
    await engine.runs[0].push(drawnRound(0, ' old'));
    await engine.runs[1].push(drawnRound(0, ' new'));
    engine.runs[0].fail(new EngineError('device-lost', 'gone'));
    await older;
    await engine.runs[1].end(' new', 'length');
    await newer;
    expect(engine.runs[0].isStopped).toBe(true);
    expect(storyText(controller)).toBe(' new');
    expect(controller.run.kind).toBe('stopped');
  });

  test('that the engine refuses says so and lets the next one run', async () => {
    const { controller, engine } = await opened();
    const refused = controller.start(form);
    engine.runs[0].fail(new EngineError('invalid-request', 'sampling.topP: 3'));
    await refused;
    expect(controller.run).toMatchObject({ kind: 'failed', failure: { code: 'invalid-request' } });
    expect(hasModels(controller.engine, needs('draft-model'))).toBe(true);
    const next = controller.start(form);
    await engine.runs[1].end('', 'end');
    await next;
    expect(controller.run.kind).toBe('stopped');
  });

  test('whose worker dies keeps its text, and a new engine can be started', async () => {
    const second = new ScriptedEngine();
    const { controller, engine } = await opened([new ScriptedEngine(), second]);
    const lost = controller.start(form);
    await engine.runs[0].push(drawnRound(0, ' there'));
    engine.runs[0].fail(new EngineError('worker-lost', 'the worker died'));
    await lost;
    expect(controller.engine).toMatchObject({ kind: 'failed', failure: { code: 'worker-lost' } });
    expect(controller.run.kind).toBe('failed');
    await controller.restart();
    expect(second.loaded).toEqual(startModels);
    expect(controller.run).toMatchObject({ kind: 'failed', isMended: true });
    expect(storyText(controller)).toBe(' there');
  });

  test.each([
    ['webgpu', startModels],
    ['wasm', []],
  ] as const)(
    'goes on when the GPU device is lost, and the page shows models come back: %s',
    async (backend, again) => {
      const onBackend = new ScriptedEngine();
      onBackend.backend = backend;
      const { controller, engine } = await opened([onBackend]);
      const running = controller.start(form);
      await engine.runs[0].push(drawnRound(0, ' there'));
      engine.loaded.length = 0;
      engine.die(new EngineError('device-lost', 'gone'));
      await engine.runs[0].push({ ...drawnRound(1, ' was'), resumed: true });
      await engine.runs[0].end(' there was', 'end');
      await running;
      await expect.poll(() => engine.loaded).toEqual(again);
      expect(controller.run.kind).toBe('stopped');
      expect(storyText(controller)).toBe(' there was');
    },
  );

  test('that is over is not lost with the worker, whose death is told although nothing waits for it', async () => {
    const { controller, engine, seen } = await opened([new ScriptedEngine(), new ScriptedEngine()]);
    const ended = controller.start(form);
    await engine.runs[0].push(drawnRound(0, ' there'));
    await engine.runs[0].end(' there', 'end');
    await ended;
    engine.die(new EngineError('worker-lost', 'the worker died'));
    expect(seen.at(-1)).toBe('The engine is not running.');
    await controller.restart();
    expect(controller.run.kind).toBe('stopped');
    expect(storyText(controller)).toBe(' there');
  });
});

describe('a text that goes on', () => {
  /** A text of two rounds that ended as given. */
  async function written(finishReason: DecodeResult['finishReason'], chosen = form) {
    const engine = new ScriptedEngine();
    const { controller, seen } = connect([engine, new ScriptedEngine()]);
    await controller.restart();
    const ended = controller.start(chosen);
    await engine.runs[0].push(drawnRound(0, ' there'));
    await engine.runs[0].push(drawnRound(1, ' was'));
    await engine.runs[0].end(' there was', finishReason);
    await ended;
    return { controller, seen, engine };
  }

  test.each<readonly [finishReason: DecodeResult['finishReason'], canContinue: boolean]>([
    ['length', true],
    ['abort', true],
    ['end', false],
    ['stop', false],
    ['context', false],
  ])('may, where it ended with %s: %s', async (finishReason, canContinue) => {
    const { controller } = await written(finishReason);
    expect(controller.canContinue).toBe(canContinue);
    void controller.goOn();
    expect(controller.run.kind).toBe(canContinue ? 'running' : 'stopped');
  });

  test.each<readonly [code: EngineErrorCode, atOnce: boolean, afterRestart: boolean]>([
    ['device-lost', true, true],
    ['out-of-memory', false, true],
    ['download', true, true],
    ['invalid-request', false, false],
    ['context-full', false, false],
    ['model-unsupported', false, false],
  ])('may, where it broke off with %s: %s, and after a restart: %s', async (code, atOnce, afterRestart) => {
    const { controller, engine } = await written('length');
    const failed = controller.goOn();
    engine.runs[1].fail(new EngineError(code, 'what happened'));
    await failed;
    expect(controller.canContinue).toBe(atOnce);
    await controller.restart();
    expect(controller.canContinue).toBe(afterRestart);
    expect(storyText(controller)).toBe(' there was');
  });

  test('keeps the marks of what was written, and numbers its rounds on', async () => {
    const { controller, engine, seen } = await written('length');
    const { tokensByRound } = (controller.run as Extract<PageRun, { kind: 'stopped' }>).story;
    const ended = controller.goOn();
    expect(engine.requests[1]).toMatchObject({ prompt: 'Once upon a time there was', seed: 7 });
    await engine.runs[1].push(drawnRound(0, ' a'));
    await engine.runs[1].push(drawnRound(1, ' fox'));
    await engine.runs[1].end(' a fox', 'end');
    await ended;
    const run = controller.run as Extract<PageRun, { kind: 'stopped' }>;
    expect(run.prompt).toBe('Once upon a time');
    expect(shownText(run.story)).toBe(' there was a fox');
    // The very lists: what is on the screen stays as it is.
    expect(run.story.tokensByRound.slice(0, 2).every((tokens, at) => tokens === tokensByRound[at])).toBe(
      true,
    );
    expect(run.story.rounds.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(run.story.tokensByRound.flat().map(({ round }) => round)).toEqual([0, 1, 2, 3]);
    expect(shownText(lastPart(run))).toBe(' a fox');
    expect(seen.at(-1)).toBe('The story came to its end after 4 tokens.');
  });

  test('stays as it was where nothing comes', async () => {
    const { controller, engine, seen } = await written('length');
    const ended = controller.goOn();
    await engine.runs[1].end('', 'end');
    await ended;
    expect(storyText(controller)).toBe(' there was');
    expect(seen.at(-1)).toBe('The story came to its end after 2 tokens.');
  });

  test('is cut at a stop string of its last run', async () => {
    const { controller, engine } = await written('length');
    const ended = controller.goOn();
    await engine.runs[1].push(drawnRound(0, ' a fox'));
    await engine.runs[1].end(' a', 'stop');
    await ended;
    expect(storyText(controller)).toBe(' there was a');
  });

  test('has as many tokens left as its first run lacked', async () => {
    const { controller, engine } = await written('abort', { ...form, maxTokens: 9 });
    const first = controller.goOn();
    expect(engine.requests[1].maxTokens).toBe(7);
    await engine.runs[1].push(drawnRound(0, ' a'));
    await engine.runs[1].end(' a', 'abort');
    await first;
    void controller.goOn();
    expect(engine.requests[2]).toMatchObject({ prompt: 'Once upon a time there was a', maxTokens: 6 });
  });

  test('is asked about, each token by the request and the rounds that wrote it', async () => {
    const { controller, engine } = await written('length');
    const ended = controller.goOn();
    await engine.runs[1].push(drawnRound(0, ' a'));
    await engine.runs[1].push(drawnRound(1, ' fox'));
    await engine.runs[1].end(' a fox', 'end');
    await ended;
    const { signal } = new AbortController();
    for (const round of [1, 2, 3]) await controller.candidates.ask({ round, proposal: 0 }, signal);
    const asked = engine.queries.map(({ request: { prompt }, position }) => [prompt, position]);
    expect(asked).toEqual([
      ['Once upon a time', 1],
      ['Once upon a time there was', 0],
      ['Once upon a time there was', 1],
    ]);
    // A recording is one of the last run: its rounds have its own numbers.
    expect(controller.toldCandidates.map(({ round }) => round)).toEqual([0, 1]);
    // What was told is not asked again, nor forgotten while the text goes on.
    await controller.candidates.ask({ round: 1, proposal: 0 }, signal);
    expect(engine.queries).toHaveLength(3);
  });

  test('without the piece of a character that the token limit left', async () => {
    const engine = new ScriptedEngine();
    const { controller } = connect([engine]);
    await controller.restart();
    const ended = controller.start(form);
    await engine.runs[0].push(drawnRound(0, ' there'));
    await engine.runs[0].push(drawnRound(1, ''));
    await engine.runs[0].end(' there\ufffd', 'length');
    await ended;
    void controller.goOn();
    expect(engine.requests[1].prompt).toBe('Once upon a time there');
  });

  test('in a chat is the reply that was begun, with its tokens', async () => {
    const { controller, engine } = await written('length', { ...form, prompt: 'Hi', chat: newChat });
    void controller.goOn();
    expect(engine.requests[1].messages).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: ' there was', tokenIds: [1, 1] },
    ]);
    expect(controller.run).toMatchObject({ prompt: 'user: Hi\n\nassistant: ' });
    expect(storyText(controller)).toBe(' there was');
  });

  test('is gone when another one starts', async () => {
    const { controller, engine } = await written('length');
    const ended = controller.start({ ...form, prompt: 'Long ago' });
    await engine.runs[1].push(drawnRound(0, ', Mia'));
    await engine.runs[1].end(', Mia', 'end');
    await ended;
    expect(controller.run).toMatchObject({ prompt: 'Long ago' });
    expect(storyText(controller)).toBe(', Mia');
  });
});

describe('the speed of a run', () => {
  const round = (index: number, atMs: number): Round => ({ ...drawnRound(index, ' a'), atMs });
  const rounds = [round(0, 10), round(1, 20), round(2, 30)];
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  /** A text that both write has ended. */
  async function written() {
    const engine = new ScriptedEngine();
    const { controller } = connect([engine]);
    await controller.restart();
    const ended = controller.start(form);
    for (const each of rounds) await engine.runs[0].push(each);
    await engine.runs[0].end(' a a a', 'length', { request: engine.requests[0], rounds });
    await ended;
    await turn();
    return { controller, engine };
  }
  const scheduleOf = ({ method }: DecodeRequest) =>
    method.kind === 'collaborative' ? (method.schedule ?? 'alternate') : method.kind;

  test('is measured against the reference when it has ended, pair after pair', async () => {
    const { controller, engine } = await written();
    expect(controller.run.kind).toBe('stopped');
    expect(controller.speed).toMatchObject({ isUnderWay: true, pairs: [] });
    await engine.runs[1].end('', 'length', { rounds: [round(0, 10), round(1, 40)] });
    await turn();
    await engine.runs[2].end('', 'length', { rounds: [round(0, 10), round(1, 30)] });
    await turn();
    expect(controller.speed.pairs).toEqual([{ methodMs: 20, referenceMs: 30 }]);
    // The next pair has them in the other order.
    expect(engine.requests.map(scheduleOf)).toEqual(['alternate', 'sequential', 'alternate', 'alternate']);
  });

  type Opened = Awaited<ReturnType<typeof written>>;
  test.each<[string, (opened: Opened) => unknown]>([
    ['another run', ({ controller }) => controller.start(form)],
    ['more of the text', ({ controller }) => controller.goOn()],
    ['a run beside it', ({ controller }) => controller.decode?.({ method: { kind: 'plain', model: 'm' } })],
    ['other models', ({ controller }) => controller.want(['owner/large'])],
    ['another engine', ({ controller }) => controller.restart()],
    [
      'a question about a token',
      ({ controller }) => controller.candidates.ask({ round: 0, proposal: 0 }, new AbortController().signal),
    ],
    ['leaving', ({ controller }) => controller.hostDisconnected()],
  ])('is measured no further for %s', async (_, act) => {
    const opened = await written();
    const { controller, engine } = opened;
    void act(opened);
    await turn();
    expect(controller.speed.isUnderWay).toBe(false);
    expect(engine.runs[1].isStopped).toBe(true);
    await engine.runs[1].end('', 'abort', { rounds });
    await turn();
    expect(engine.requests.slice(2).map(scheduleOf)).not.toContain('sequential');
    expect(controller.speed.pairs).toEqual([]);
  });

  test('is not measured of a model that writes alone', async () => {
    const engine = new ScriptedEngine();
    const { controller } = connect([engine]);
    await controller.restart();
    const ended = controller.start({ ...form, method: 'plain' });
    await engine.runs[0].end(' a a a', 'length', { rounds });
    await ended;
    await turn();
    expect(engine.requests).toHaveLength(1);
  });

  test('keeps what was measured where the engine fails', async () => {
    const { controller, engine } = await written();
    engine.runs[1].fail(new EngineError('worker-lost', 'gone'));
    await turn();
    expect(controller.speed).toMatchObject({ isUnderWay: false, pairs: [] });
    expect(controller.run.kind).toBe('stopped');
  });
});
