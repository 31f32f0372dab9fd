import type { Remote } from 'comlink';
import type { EngineApi } from '../../src/engine/engine-api.ts';
import { EngineError } from '../../src/errors/engine-error.ts';
import type { OpenAiApi } from '../../src/openai/openai-api.ts';
import { storyModels, wasmCases, webGpuCases } from './decode-cases.ts';
import { decodeEndings, expectThat } from './decode-endings.ts';
import type { EngineProbe } from './engine-probe.ts';

/** An engine, and what a soak may do to the worker or process that it runs in. */
export interface SoakEngine {
  readonly api: EngineApi & OpenAiApi;
  readonly probe: Remote<EngineProbe>;
  /** Resolves when `onLost` is called. */
  readonly lost: Promise<EngineError>;
  /** Ends the worker or process at once. */
  kill(): void;
  /** Lets go of the probe. To be called when the engine is gone. */
  release(): void;
}

/** A page or a program. */
export interface SoakHost {
  open(backend: 'wasm' | 'webgpu'): Promise<SoakEngine>;
  /** Address of a story model with a chat template. */
  readonly chatModel: string;
}

/** How often each thing happens. */
export interface SoakAmounts {
  readonly decodes: number;
  readonly loads: number;
  readonly deviceLosses: number;
  readonly workerDeaths: number;
}

type Step = keyof SoakAmounts;

/** The engines of a soak, by what they are for: see `Soak`. */
export type EngineName = 'WASM' | 'WebGPU' | 'mortal';

const decodeWays = Object.entries(decodeEndings);

/**
 * What happens in one page or program: an engine on WASM writes most texts and loads and unloads models, one on WebGPU loses
 * its device, and the worker of a third dies and is replaced.
 */
export class Soak {
  readonly #host: SoakHost;
  readonly #engines: Record<EngineName, SoakEngine>;
  readonly #turns: Record<Step, number> = { decodes: 0, loads: 0, deviceLosses: 0, workerDeaths: 0 };
  readonly #steps: Readonly<Record<Step, (turn: number) => Promise<void>>> = {
    decodes: (turn) => this.#decode(turn),
    loads: (turn) => this.#load(turn),
    deviceLosses: (turn) => this.#loseDevice(turn),
    workerDeaths: (turn) => this.#killWorker(turn),
  };

  private constructor(host: SoakHost, engines: Record<EngineName, SoakEngine>) {
    this.#host = host;
    this.#engines = engines;
  }

  static async start(host: SoakHost): Promise<Soak> {
    const WASM = await host.open('wasm');
    for (const model of [...storyModels, host.chatModel]) await WASM.api.load(model);
    const WebGPU = await host.open('webgpu');
    for (const model of ['story-draft', host.chatModel]) await WebGPU.api.load(model);
    return new Soak(host, { WASM, WebGPU, mortal: await openMortal(host) });
  }

  get engines(): readonly (readonly [EngineName, SoakEngine])[] {
    return Object.entries(this.#engines) as [EngineName, SoakEngine][];
  }

  /** Spreads loads, losses and deaths evenly among the decodes. Throws with the turn in which something went wrong. */
  async run(amounts: SoakAmounts, progress?: (done: string) => void): Promise<void> {
    const steps = Object.entries(amounts) as [Step, number][];
    const total = Math.max(...Object.values(amounts));
    for (let turn = 0; turn < total; turn++) {
      for (const [step, amount] of steps) {
        if (Math.floor(((turn + 1) * amount) / total) === Math.floor((turn * amount) / total)) continue;
        const ofStep = this.#turns[step]++;
        try {
          await this.#steps[step](ofStep);
        } catch (cause) {
          throw new Error(`${step}, turn ${ofStep}: ${textOf(cause)}`, { cause });
        }
      }
      if ((turn + 1) % Math.ceil(total / 10) === 0) {
        progress?.(
          Object.entries(this.#turns)
            .map(([step, done]) => `${done} ${step}`)
            .join(', '),
        );
      }
    }
  }

  /**
   * Loads the models anew and writes the same texts before each reading, so that the caches kept for later texts are the
   * same.
   */
  async settle(): Promise<void> {
    const { WASM, WebGPU } = this.#engines;
    for (const { api } of [WASM, WebGPU]) {
      for (const { id } of (await api.info()).models) {
        await api.unload(id);
        await api.load(id);
      }
    }
    const decodes = [
      ...wasmCases(this.#host.chatModel).map((request) => [WASM, request] as const),
      ...webGpuCases.map((request) => [WebGPU, request] as const),
    ];
    for (const [seed, [engine, request]] of decodes.entries()) {
      await engine.api.decode({ ...request, seed }).result;
    }
  }

  async close(): Promise<void> {
    for (const [, engine] of this.engines) {
      await engine.api.close();
      engine.release();
    }
  }

  async #decode(turn: number): Promise<void> {
    const { WASM, WebGPU } = this.#engines;
    // Every twentieth on WebGPU, which may run in software.
    const [engine, cases] =
      turn % 20 === 19 ? [WebGPU, webGpuCases] : [WASM, wasmCases(this.#host.chatModel)];
    const request = cases[turn % cases.length]!;
    if (turn % 29 === 28) return this.#complete(engine);
    // One further each time that all cases have had their turn.
    const [way, decode] = decodeWays[(turn + Math.floor(turn / cases.length)) % decodeWays.length]!;
    try {
      await decode(engine.api, { ...request, seed: turn });
    } catch (cause) {
      throw new Error(`${way}, ${JSON.stringify(request)}: ${textOf(cause)}`, { cause });
    }
  }

  /** As a program does that was written for OpenAI's API. */
  async #complete({ api }: SoakEngine): Promise<void> {
    const messages = [{ role: 'user', content: 'Long ago' }] as const;
    const asked = { model: this.#host.chatModel, messages, max_tokens: 3 };
    const { choices } = await api.chat.completions.create(asked);
    expectThat(choices.length === 1, `${choices.length} choices`);
    for await (const _chunk of await api.chat.completions.create({ ...asked, stream: true })) break;
  }

  async #load(turn: number): Promise<void> {
    const isOnGpu = turn % 5 === 4;
    const { api } = this.#engines[isOnGpu ? 'WebGPU' : 'WASM'];
    const models = isOnGpu ? ['story-draft'] : [...storyModels, this.#host.chatModel];
    const model = models[turn % models.length]!;
    const request = { prompt: 'Long ago', maxTokens: 3, method: { kind: 'plain', model } } as const;
    switch (turn % 4) {
      case 0: {
        // What is under way ends first, and what waits finds no model.
        const runs = [api.decode(request).result, api.decode(request).result];
        await Promise.all([api.unload(model), ...runs.map((run) => endOf(run, ['invalid-request']))]);
        break;
      }
      case 1: {
        await api.unload(model);
        const controller = new AbortController();
        const { signal } = controller;
        await api
          .load(model, { signal, onProgress: () => controller.abort() })
          .catch((error: unknown) => expectThat(signal.aborted, textOf(error)));
        break;
      }
      case 2:
        await api.unload(model);
        // Another tab may be downloading it.
        await endOf(api.deleteStored(model), ['invalid-request']);
        break;
      default:
        await api.unload(model);
    }
    await Promise.all([api.load(model), api.load(model)]);
    await api.decode(request).result;
  }

  /** While the engine is idle, in the middle of a text, and while a model loads. */
  async #loseDevice(turn: number): Promise<void> {
    const { api, probe } = this.#engines.WebGPU;
    // A device that is lost again before a token is written.
    const lost = ['device-lost'];
    const request = { ...webGpuCases[0]!, maxTokens: 20 };
    if (turn % 3 === 0) await probe.loseDevices();
    else if (turn % 3 === 1) {
      const run = api.decode(request);
      const next = api.decode(request);
      const ends = [run, next].map(({ result }) => endOf(result, lost));
      // A loss in the first pass leaves no round to wait for: the results tell.
      for await (const _round of run) break;
      await probe.loseDevices();
      await Promise.all(ends);
    } else {
      await api.unload(this.#host.chatModel);
      const load = endOf(api.load(this.#host.chatModel), lost);
      await probe.loseDevices();
      await load;
    }
    await api.load(this.#host.chatModel);
    // Its model comes back without being asked for.
    await api.decode(webGpuCases[0]!).result;
    const { state, models } = await api.info();
    expectThat(state === 'open' && models.length === 2, `${state} with ${models.length} models`);
  }

  /** While the engine is idle, and in the middle of a text with another one behind it. */
  async #killWorker(turn: number): Promise<void> {
    const { api, lost, kill, release } = this.#engines.mortal;
    const pending: Promise<unknown>[] = [];
    if (turn % 2 === 0) {
      const request = {
        prompt: 'Long ago',
        maxTokens: 200,
        method: { kind: 'plain', model: 'story-draft' },
      } as const;
      const runs = [api.decode(request), api.decode(request)] as const;
      pending.push(...runs.map(({ result }) => result), api.load('story-space'));
      for await (const _round of runs[0]) break;
    }
    kill();
    const ends = await Promise.allSettled([...pending, lost, lost.then(() => api.info())]);
    for (const [index, end] of ends.entries()) {
      // On a busy machine the first text may be whole before its first round arrives.
      const isWhole = index === 0 && end.status === 'fulfilled' && pending.length > 0;
      const code = end.status === 'rejected' ? codeOf(end.reason) : codeOf(end.value);
      expectThat(isWhole || code === 'worker-lost', `call ${index} of a dead worker ended with ${code}`);
    }
    release();
    this.#engines.mortal = await openMortal(this.#host);
  }
}

async function openMortal(host: SoakHost): Promise<SoakEngine> {
  const engine = await host.open('wasm');
  await engine.api.load('story-draft');
  await engine.api.decode({
    prompt: 'Long ago',
    maxTokens: 2,
    method: { kind: 'plain', model: 'story-draft' },
  }).result;
  return engine;
}

/** Throws where the work failed with another code than one of these. */
async function endOf(work: Promise<unknown>, codes: readonly string[]): Promise<void> {
  await work.catch((error: unknown) => expectThat(codes.includes(codeOf(error)), textOf(error)));
}

const codeOf = (error: unknown): string => (error instanceof EngineError ? error.code : String(error));

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
