import { beforeEach, describe, expect, test } from 'vitest';
import type {
  DecodeOptions,
  DecodeResult,
  EngineApi,
  LoadedModel,
  LoadOptions,
} from '../engine/engine-api.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import type { RoundStream } from '../engine/round-stream.ts';
import { startRun } from '../engine/start-run.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { Round } from '../round/round.ts';
import { shownText } from '../ui/story/story.ts';
import { Playback, type PlaybackListener } from './playback.ts';
import type { PlayerErrorDetail, PlayerState } from './player-api.ts';
import type { PlayerPlan } from './player-plan.ts';
import { SharedEngines } from './shared-engines.ts';

type Work = (stream: RoundStream, signal: AbortSignal) => Promise<DecodeResult>;

const settled = () => new Promise((resolve) => setImmediate(resolve));

const request: DecodeRequest = { prompt: 'Once', method: { kind: 'plain', model: 'a' } };
const plan: PlayerPlan = { request, models: ['a', 'b'], options: {}, views: new Set() };

function drawnRound(index: number, text: string): Round {
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
  return { index, text, proposals: [proposal], committed: [1], forwards: [] } as unknown as Round;
}

const resultOf = (text: string, finishReason: DecodeResult['finishReason'] = 'end') =>
  ({ text, finishReason }) as DecodeResult;

/** Writes two rounds. */
const twoRounds: Work = async (stream, signal) => {
  await stream.push(drawnRound(0, ' upon'), signal);
  await stream.push(drawnRound(1, ' a'), signal);
  return resultOf(' upon a');
};

/** Writes one round and waits to be ended. */
const untilStopped: Work = async (stream, signal) => {
  await stream.push(drawnRound(0, ' upon'), signal);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  return resultOf(' upon', 'abort');
};

/** One page: its engines, what they are asked, and what their loads and runs do. */
class FakePage {
  load = async (id: string, _options: LoadOptions): Promise<LoadedModel> =>
    ({ id, title: `Model ${id}` }) as LoadedModel;
  work: Work = twoRounds;
  /** Of the latest run. */
  onPrefill: DecodeOptions['onPrefill'];
  missing: readonly string[] = [];
  connect: () => Promise<void> = async () => {};
  readonly loads: string[] = [];
  readonly requests: DecodeRequest[] = [];
  opened = 0;
  closed = 0;
  readonly engines = new SharedEngines(async () => {
    this.opened++;
    await this.connect();
    return {
      load: (id: string, options: LoadOptions) => {
        this.loads.push(id);
        return this.load(id, options);
      },
      info: async () => ({ backend: 'wasm', models: [] }),
      decode: (asked: DecodeRequest, { signal, onPrefill }: DecodeOptions = {}) => {
        this.requests.push(asked);
        this.onPrefill = onPrefill;
        return startRun(signal, this.work, async () => {});
      },
      close: async () => {
        this.closed++;
      },
    } as unknown as EngineApi;
  });

  /** A player on it, and what it tells. */
  player() {
    const states: PlayerState[] = [];
    const told: string[] = [];
    const failures: PlayerErrorDetail[] = [];
    const listener: PlaybackListener = {
      changed: () => {
        if (states.at(-1) !== playback.view.state) states.push(playback.view.state);
      },
      round: (_round, text) => told.push(text),
      done: ({ finishReason }) => told.push(`done: ${finishReason}`),
      failed: (failure) => failures.push(failure),
    };
    const playback = new Playback(listener, () => ({
      engines: this.engines,
      missingFeatures: () => this.missing,
      baseUrl: () => 'https://example.org/',
    }));
    return { playback, states, told, failures };
  }
}

let page: FakePage;
beforeEach(() => {
  page = new FakePage();
});

test('a start opens the engine, loads the models in order, and reads the rounds to the result', async () => {
  const { playback, states, told } = page.player();
  expect(await playback.start(plan)).toEqual(resultOf(' upon a'));
  expect(page.loads).toEqual(['a', 'b']);
  expect(states).toEqual(['loading', 'running', 'done']);
  expect(told).toEqual([' upon', ' upon a', 'done: end']);
  const { run, engine } = playback.view;
  expect(run.kind === 'stopped' && [shownText(run.story), run.cast[0].name]).toEqual([' upon a', 'Model a']);
  expect(engine).toMatchObject({ kind: 'open', info: { backend: 'wasm' } });
});

test('progress of a load is shown', async () => {
  const { playback } = page.player();
  page.load = async (id, { onProgress }) => {
    onProgress?.({ stage: 'verify' } as never);
    expect(playback.view.engine).toMatchObject({
      models: expect.arrayContaining([{ id, kind: 'loading', progress: { stage: 'verify' } }]),
    });
    return { id } as LoadedModel;
  };
  expect(await playback.start(plan)).not.toBeNull();
});

test('how far a prompt is read is shown until the text begins', async () => {
  const { playback } = page.player();
  const fed = { tokensFed: 256, tokensTotal: 600 };
  page.work = async (stream, signal) => {
    await settled();
    page.onPrefill?.(fed);
    expect(playback.view.run).toMatchObject({ kind: 'running', prefill: fed });
    return twoRounds(stream, signal);
  };
  expect(await playback.start(plan)).not.toBeNull();
});

test('the run of a second player waits for that of the first and says so', async () => {
  page.work = untilStopped;
  const [first, second] = [page.player(), page.player()];
  void first.playback.start(plan);
  await settled();
  let giveTurn = (): void => {};
  const turn = new Promise<void>((resolve) => {
    giveTurn = resolve;
  });
  page.work = async (stream, signal) => {
    await turn;
    return twoRounds(stream, signal);
  };
  const told = second.playback.start(plan);
  await settled();
  expect([first.playback.view.state, second.playback.view.state]).toEqual(['running', 'waiting']);
  first.playback.stop();
  await settled();
  expect([first.playback.view.state, second.playback.view.state]).toEqual(['done', 'running']);
  giveTurn();
  expect(await told).not.toBeNull();
  expect(page.opened).toBe(1);
});

describe('what ends a run', () => {
  test('stop leaves what is written, as a result', async () => {
    page.work = untilStopped;
    const { playback, told } = page.player();
    const result = playback.start(plan);
    await settled();
    playback.stop();
    expect(playback.view.run).toMatchObject({ kind: 'running', stopping: true });
    expect(await result).toMatchObject({ finishReason: 'abort' });
    expect(told).toEqual([' upon', 'done: abort']);
  });

  test('stop while models load goes back to the beginning, without an outcome', async () => {
    page.load = (_id, { signal }) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const { playback, told, failures } = page.player();
    const result = playback.start(plan);
    await settled();
    playback.stop();
    expect(await result).toBeNull();
    expect([playback.view.state, told, failures]).toEqual(['idle', [], []]);
  });

  test('another start takes its place, and nothing more is heard of it', async () => {
    page.work = untilStopped;
    const { playback, told } = page.player();
    const first = playback.start(plan);
    await settled();
    page.work = twoRounds;
    expect(await playback.start(plan)).toMatchObject({ text: ' upon a' });
    expect(await first).toBeNull();
    expect(told).toEqual([' upon', ' upon', ' upon a', 'done: end']);
    expect(page.opened).toBe(1);
  });

  test('leaving stops it, and the engine ends with the last player that leaves', async () => {
    page.work = untilStopped;
    const [first, second] = [page.player(), page.player()];
    const result = first.playback.start(plan);
    await settled();
    void second.playback.start(plan);
    await settled();
    first.playback.leave();
    expect(await result).toBeNull();
    expect([first.playback.view.state, first.told, page.closed]).toEqual(['idle', [' upon'], 0]);
    second.playback.leave();
    await settled();
    expect(page.closed).toBe(1);
  });
});

test('a finished text stays when its player leaves; it comes back with a new engine', async () => {
  const { playback } = page.player();
  await playback.start(plan);
  playback.leave();
  expect(playback.view).toMatchObject({ state: 'done', engine: null, run: { kind: 'stopped' } });
  expect(playback.candidates.whyNot).toMatch(/^Start again/);
  expect(await playback.start(plan)).not.toBeNull();
  expect([page.opened, page.closed]).toEqual([2, 1]);
});

describe('the speed of a finished run', () => {
  const drafted: DecodeRequest = {
    prompt: 'Once',
    method: { kind: 'speculative', target: 'a', drafter: { kind: 'ngram' } },
  };
  const shown: PlayerPlan = { ...plan, request: drafted, views: new Set(['numbers']) };
  const rounds = [10, 20, 30].map((atMs, index) => ({ ...drawnRound(index, ' a'), atMs }));
  const written: Work = async () =>
    ({ ...resultOf(' a a a'), request: drafted, rounds }) as unknown as DecodeResult;

  test('is measured against its reference where numbers are shown', async () => {
    const { playback } = page.player();
    page.work = written;
    await playback.start(shown);
    while (playback.speed.isUnderWay) await settled();
    expect(playback.speed.pairs).toHaveLength(7);
    expect(page.requests.filter(({ method }) => method.kind === 'plain')).toHaveLength(7);
    await playback.start({ ...shown, views: new Set(['story']) });
    expect(playback.speed).toMatchObject({ isUnderWay: false, pairs: [] });
  });

  test('is measured no further when another player wants the engine, which does not wait for it', async () => {
    const [first, second] = [page.player(), page.player()];
    page.work = written;
    await first.playback.start(shown);
    page.work = untilStopped;
    await settled();
    expect(first.playback.speed.isUnderWay).toBe(true);
    page.work = twoRounds;
    await second.playback.start(plan);
    expect(first.playback.speed.isUnderWay).toBe(false);
    expect(second.states).not.toContain('waiting');
  });
});

describe('a failure is shown and told', () => {
  test.each<readonly [string, (page: FakePage) => void, string, object]>([
    [
      'of a browser that lacks something',
      (broken) => {
        broken.missing = ['web workers'];
      },
      'unsupported-browser',
      { engine: { kind: 'unsupported', missing: ['web workers'] } },
    ],
    [
      'of the engine that does not start',
      (broken) => {
        broken.connect = () => Promise.reject(new EngineError('worker-lost', 'no script'));
      },
      'worker-lost',
      { engine: { kind: 'failed', failure: { remedy: 'restart-engine' } } },
    ],
    [
      'of a model that does not come',
      (broken) => {
        broken.load = () => Promise.reject(new EngineError('download', 'offline'));
      },
      'download',
      { engine: { kind: 'open', models: [{ id: 'a', kind: 'failed' }, { kind: 'waiting' }] } },
    ],
    [
      'of the worker while a model loads',
      (broken) => {
        broken.load = () => Promise.reject(new EngineError('worker-lost', 'died'));
      },
      'worker-lost',
      { engine: { kind: 'failed' } },
    ],
    [
      'of the run, with what was written',
      (broken) => {
        broken.work = async (stream, signal) => {
          await stream.push(drawnRound(0, ' upon'), signal);
          throw new EngineError('context-full', 'too long');
        };
      },
      'context-full',
      { run: { kind: 'failed', failure: { code: 'context-full' } } },
    ],
  ])('%s', async (_title, breakIt, code, view) => {
    breakIt(page);
    const { playback, failures } = page.player();
    expect(await playback.start(plan)).toBeNull();
    expect(failures.map((failure) => failure.code)).toEqual([code]);
    expect(playback.view).toMatchObject({ state: 'failed', ...view });
  });

  test('and after a dead worker the next start gets another', async () => {
    page.work = () => Promise.reject(new EngineError('worker-lost', 'died'));
    const { playback } = page.player();
    expect(await playback.start(plan)).toBeNull();
    page.work = twoRounds;
    expect(await playback.start(plan)).not.toBeNull();
    expect([page.opened, page.closed]).toEqual([2, 1]);
  });
});
